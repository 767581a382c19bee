"""Payees' accounts: entered by one, confirmed by another, the card encrypted."""

from __future__ import annotations

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.base.vault import encrypt, token
from doudi.kernel import clock
from doudi.kernel.ids import check_bank_card
from doudi.kernel.problems import require
from doudi.people.models import PayeeAccount, Person
from doudi.people.problems import AccountNotOpen, SamePersonConfirms


@action("account.enter", needs="account.enter")
def enter_account(
    person_id: int, bank: str, card: str, holder_name: str, *, by: Actor
) -> PayeeAccount:
    """Enter the card that a person is paid on; what was open before ends today.

    Nothing is paid on it until ``confirm_account``. Raises an ``IdentifierProblem`` for a card that
    fails the Luhn check.
    """
    number = check_bank_card(card)
    lock(f"account:{person_id}")
    person = one_or_not_there(Person.objects.all(), pk=person_id)
    today = clock.business_today()
    PayeeAccount.objects.filter(person_id=person.pk, before=None).update(before=today)
    return PayeeAccount.objects.create(
        person_id=person.pk,
        bank=bank.strip(),
        card_cipher=encrypt(number),
        card_token=token(number, "card"),
        holder_name=holder_name.strip(),
        since=today,
        entered_by_id=by.user_id,
    )


@action("account.confirm", needs="account.confirm")
def confirm_account(account_id: int, *, by: Actor) -> PayeeAccount:
    """Confirm an account that somebody else entered (promise: two pairs of eyes on every card)."""
    account = one_or_not_there(PayeeAccount.objects.all(), pk=account_id)
    lock(f"account:{account.person_id}")
    account.refresh_from_db()
    require(account.before is None and account.confirmed_at is None, AccountNotOpen())
    same = by.user_id is not None and by.user_id == account.entered_by_id
    require(not same, SamePersonConfirms())
    account.confirmed_by_id = by.user_id
    account.confirmed_at = clock.business_now()
    account.save(update_fields=["confirmed_by", "confirmed_at"])
    return account
