"""Visits, consents, accounts and the aid chain."""

from datetime import date, datetime

import pytest
from django.db import DatabaseError, connection

from doudi.base.access import scope
from doudi.base.models import User
from doudi.kernel import clock
from doudi.kernel.clock import SHANGHAI
from doudi.kernel.ids import CardChecksum
from doudi.kernel.problems import NotThere
from doudi.people import accounts, chain, consents, queries, visits
from doudi.people.chain import ChainRow
from doudi.people.facts import FactValue, facts_of
from doudi.people.problems import (
    AccountNotOpen,
    ConsentBackwards,
    ConsentWithoutItems,
    SamePersonConfirms,
    TooFewVisitors,
    VisitInFuture,
)
from doudi.people.visits import VisitFacts
from tests.arrange import COUNTY, TOWNSHIP, actor, arranging
from tests.people.people import a_household, a_person, clerk

pytestmark = pytest.mark.django_db
SEEN = datetime(2022, 6, 8, 10, tzinfo=SHANGHAI)
CARD, OTHER_CARD = "6228480402564890018", "4111111111111111"


def visit(*visitors: str, purpose: str = "入户调查", **said) -> VisitFacts:
    return VisitFacts(purpose, "入户", SEEN, visitors, "房屋漏雨", **said)


def test_an_investigation_by_one_is_refused_and_naming_one_twice_does_not_help():
    home = a_household()
    for visitors in (("王干事",), ("王干事", " 王干事 "), ("王干事", "")):
        with pytest.raises(TooFewVisitors, match="1 名"):
            visits.record_visit(home.pk, visit(*visitors), by=clerk())
    assert visits.record_visit(home.pk, visit("王干事", "李干事"), by=clerk()).pk
    assert visits.record_visit(home.pk, visit("王干事", purpose="定期探访"), by=clerk()).pk


def test_a_visit_writes_its_facts_about_the_head_and_one_event_on_the_chain():
    person = a_person()
    home = a_household(person)
    learned = (FactValue("income.wage", amount_fen=120000, valid_since=date(2022, 6, 1)),)
    row = visits.record_visit(
        home.pk, visit("王干事", "李干事", facts=learned, subject="cases.case:3"), by=clerk()
    )
    with scope(TOWNSHIP):
        assert facts_of([person.pk])[person.pk][0].source == f"visit:{row.pk}"
        events = [e for e in queries.chain_of(home.pk) if e.kind == "走访"]
        assert [(e.subject, e.happened_at) for e in events] == [("cases.case:3", SEEN)]
        assert "王干事、李干事" in events[0].title
        assert queries.visits_of(home.pk).get().pk == row.pk


def test_a_visit_of_tomorrow_is_refused():
    home = a_household()
    with clock.business_at(date(2022, 6, 7)), pytest.raises(VisitInFuture):
        visits.record_visit(home.pk, visit("王干事", "李干事"), by=clerk())


def test_the_chain_is_appended_in_one_statement_and_never_changed(django_assert_num_queries):
    home = a_household()
    with arranging():
        with django_assert_num_queries(1):
            chain.append_many([ChainRow(home.pk, "发放", f"第{k}月") for k in range(50)])
        chain.append(home.pk, "决定", "确认低保", amount_fen=32300, at=SEEN)
    with scope(COUNTY):
        assert queries.chain_of(home.pk).count() == 52
        assert queries.chain_of(home.pk).first().title == "确认低保"
    for statement in ("update people_chainevent set title = ''", "delete from people_chainevent"):
        with pytest.raises(DatabaseError), arranging(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_consents_of_several_papers_cover_items_together_until_they_end_or_are_revoked(
    django_assert_num_queries,
):
    one, two = a_person().pk, a_person("李梅", 2).pk
    signed = date(2022, 5, 1)
    consents.record_consent(one, ("社保", "车辆"), signed, by=clerk())
    paper = consents.record_consent(one, ("存款",), signed, before=date(2022, 8, 1), by=clerk())
    wanted = ("社保", "存款")

    def missing(on: date) -> list[int]:
        return consents.missing_consents([two, one], wanted, on)

    with scope(COUNTY), django_assert_num_queries(1):
        assert missing(date(2022, 5, 1)) == [two]
    with scope(COUNTY):
        assert missing(date(2022, 4, 30)) == [one, two]
        assert missing(date(2022, 8, 1)) == [one, two]
    consents.revoke_consent(paper.pk, date(2022, 6, 1), by=clerk())
    with scope(COUNTY):
        assert missing(date(2022, 5, 31)) == [two]
        assert missing(date(2022, 6, 1)) == [one, two]


def test_a_consent_names_items_and_ends_after_it_begins():
    who, day = a_person().pk, date(2022, 5, 1)
    with pytest.raises(ConsentWithoutItems):
        consents.record_consent(who, (" ",), day, by=clerk())
    with pytest.raises(ConsentBackwards):
        consents.record_consent(who, ("社保",), day, before=day, by=clerk())
    with pytest.raises(NotThere):
        consents.record_consent(10**9, ("社保",), day, by=clerk())


@pytest.fixture
def two_users(db):
    with arranging():
        return [User.objects.create(username=name, name=name).pk for name in ("甲", "乙")]


def test_an_account_is_confirmed_by_another_person_once(two_users):
    one, other = (actor("township_clerk", COUNTY, user) for user in two_users)
    who = a_person().pk
    row = accounts.enter_account(who, "农信社", "6228 4804 0256 4890 018", "张建国", by=one)
    assert CARD.encode() not in bytes(row.card_cipher)
    with scope(COUNTY):
        assert not queries.open_accounts([who])[who].confirmed
    with pytest.raises(SamePersonConfirms):
        accounts.confirm_account(row.pk, by=one)
    accounts.confirm_account(row.pk, by=other)
    with pytest.raises(AccountNotOpen):
        accounts.confirm_account(row.pk, by=other)
    with scope(COUNTY):
        view = queries.open_accounts([who])[who]
        assert (view.confirmed, view.masked_card) == (True, "*" * 15 + "0018")


def test_a_new_account_closes_the_old_one_and_waits_for_its_own_confirmation(two_users):
    one, other = (actor("township_clerk", COUNTY, user) for user in two_users)
    who = a_person().pk
    old = accounts.enter_account(who, "农信社", CARD, "张建国", by=one)
    accounts.confirm_account(old.pk, by=other)
    new = accounts.enter_account(who, "邮储", OTHER_CARD, "张建国", by=one)
    with scope(COUNTY):
        assert queries.open_accounts([who])[who].id == new.pk
        assert not queries.open_accounts([who])[who].confirmed
    with pytest.raises(AccountNotOpen):
        accounts.confirm_account(old.pk, by=other)


def test_a_card_that_fails_its_check_digit_is_refused():
    with pytest.raises(CardChecksum):
        accounts.enter_account(a_person().pk, "农信社", "6228480402564890019", "张", by=clerk())
