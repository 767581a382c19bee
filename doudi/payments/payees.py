"""Who is paid in the holder's place: entered by one, confirmed by another, frozen in each batch.

A custodian (代管人) by agreement filed with the county, the institution of collective support
(供养机构), the carer (照料人), a child's guardian or institution (监护人、儿童机构), whoever
buries the dead (治丧人). Domain: assistance §10.3, README 17.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.base.vault import encrypt, token
from doudi.kernel import clock
from doudi.kernel.divisions import place_range
from doudi.kernel.ids import check_bank_card
from doudi.kernel.problems import require
from doudi.payments.models import PayeeArrangement
from doudi.payments.problems import ArrangementIncomplete, ArrangementNotOpen, PayeeKindUnknown
from doudi.payments.schemes import code_of
from doudi.people import chain
from doudi.people.models import Household
from doudi.people.problems import SamePersonConfirms

# The holder, and the paper on which the bureau relies.
KINDS = {
    "代管人": "代保管协议（须报县级民政备案）",
    "供养机构": "集中供养协议",
    "照料人": "照料服务协议",
    "监护人": "监护证明",
    "儿童机构": "机构养育协议",
    "治丧人": "丧葬事宜委托书",
}
# One account of these serves many households.
INSTITUTIONS = ("供养机构", "儿童机构")
EVENT = "收款账户"


@action("payee.enter", needs="account.enter")
def enter_arrangement(
    household_id: int,
    scheme: str,
    kind: str,
    holder_name: str,
    bank: str,
    card: str,
    agreement: str,
    *,
    by: Actor,
) -> PayeeArrangement:
    """Enter who receives a household's money of a scheme; nothing changes until it is confirmed.

    Raises ``PayeeKindUnknown``, ``ArrangementIncomplete``, or an ``IdentifierProblem`` for a card
    that fails the Luhn check.
    """
    code_of(scheme)
    require(kind in KINDS, PayeeKindUnknown(kind=kind, kinds="、".join(KINDS)))
    told = {"户名": holder_name.strip(), "开户行": bank.strip(), "协议编号": agreement.strip()}
    missing = "、".join(name for name, value in told.items() if not value)
    require(not missing, ArrangementIncomplete(missing=missing, paper=KINDS[kind]))
    number = check_bank_card(card)
    lock(f"payee:{household_id}:{scheme}")
    household = one_or_not_there(Household.objects.all(), pk=household_id)
    made: PayeeArrangement = PayeeArrangement.objects.create(
        place=household.place,
        household_id=household.pk,
        scheme=scheme,
        kind=kind,
        holder_name=told["户名"],
        bank=told["开户行"],
        card_cipher=encrypt(number),
        card_token=token(number, "card"),
        agreement=told["协议编号"],
        since=clock.business_today(),
        entered_by_id=by.user_id,
        entered_at=clock.business_now(),
    )
    return made


@action("payee.confirm", needs="account.confirm")
def confirm_arrangement(arrangement_id: int, *, by: Actor) -> PayeeArrangement:
    """Confirm what somebody else entered; the one before ends, and payment rests for some days."""
    made = _locked(arrangement_id)
    require(made.before is None and made.confirmed_at is None, ArrangementNotOpen())
    require(by.user_id is not None and by.user_id != made.entered_by_id, SamePersonConfirms())
    today = clock.business_today()
    PayeeArrangement.objects.filter(
        household_id=made.household_id,
        scheme=made.scheme,
        before=None,
        confirmed_by__isnull=False,
    ).update(before=today)
    made.since, made.confirmed_by_id, made.confirmed_at = today, by.user_id, clock.business_now()
    made.save(update_fields=["since", "confirmed_by", "confirmed_at"])
    chain.append(
        made.household_id,
        EVENT,
        f"{made.scheme}改由{made.kind}领取",
        scheme=made.scheme,
        detail={"agreement": made.agreement},
        subject=f"payments.arrangement:{made.pk}",
    )
    return made


@action("payee.end", needs="account.confirm")
def end_arrangement(arrangement_id: int, *, by: Actor) -> PayeeArrangement:
    """End an arrangement, or set aside one that is not confirmed: the holder is paid again."""
    made = _locked(arrangement_id)
    require(made.before is None, ArrangementNotOpen())
    made.before = clock.business_today()
    made.save(update_fields=["before"])
    if made.confirmed_at is not None:
        chain.append(
            made.household_id,
            EVENT,
            f"{made.scheme}不再由{made.kind}领取",
            scheme=made.scheme,
            subject=f"payments.arrangement:{made.pk}",
        )
    return made


def _locked(arrangement_id: int) -> PayeeArrangement:
    made = one_or_not_there(PayeeArrangement.objects.all(), pk=arrangement_id)
    lock(f"payee:{made.household_id}:{made.scheme}")
    made.refresh_from_db()
    found: PayeeArrangement = made
    return found


@dataclass(frozen=True)
class SharedCard:
    """One card on which several households are paid: their numbers, and the names of its holder."""

    households: tuple[str, ...]
    holders: tuple[str, ...]


# Institutions hold one account for many, as their agreements say; everybody else is looked at.
_SHARED = """
with paid_on as (
  select k.card_token, m.household_id, k.holder_name
  from people_payeeaccount k join people_member m on m.person_id = k.person_id
    and m.before is null
  where k.before is null
  union
  select g.card_token, g.household_id, g.holder_name from payments_payeearrangement g
  where g.before is null and g.kind <> all(%(institutions)s)
)
select array_agg(distinct h.number order by h.number),
  array_agg(distinct s.holder_name order by s.holder_name)
from paid_on s join people_household h on h.id = s.household_id
where h.place >= %(low)s and h.place < %(high)s
group by s.card_token having count(distinct s.household_id) > 1
order by 1 limit 200
"""


def shared_cards(place: str) -> list[SharedCard]:
    """Cards of a place on which more than one household is paid, for somebody to look at."""
    low, high = place_range(place)
    with connection.cursor() as cursor:
        cursor.execute(_SHARED, {"low": low, "high": high, "institutions": list(INSTITUTIONS)})
        return [SharedCard(tuple(homes), tuple(names)) for homes, names in cursor.fetchall()]


def arrangements_of(household_id: int) -> list[PayeeArrangement]:
    """Who was and is paid in the place of a household, the newest first."""
    rows = PayeeArrangement.objects.filter(household_id=household_id)
    return list(rows.select_related("entered_by", "confirmed_by").order_by("-pk"))
