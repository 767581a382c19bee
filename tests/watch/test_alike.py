"""M14: many equal awards of one village on one day are looked into by sample, once."""

from datetime import date

import pytest

from doudi.base.access import NATION, Actor, scope
from doudi.base.models import Task
from doudi.kernel.problems import NotAllowed, NotThere
from doudi.people.facts import FactValue
from doudi.watch import alike
from doudi.watch.models import Alert, AlikeCheck
from doudi.watch.problems_check import AlikeFindingMissing, AlikeNumbersUnfit, AlikeSettled
from tests.arrange import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, actor
from tests.watch.village import Somebody, families, tell

pytestmark = pytest.mark.django_db

JUNE = "2022-06"
REVIEWER = actor("county_reviewer")


def awarded(count: int, fen: int = 41700, source: str = "decision", **told: str) -> None:
    """So many families of a village get this much on the same day."""
    for home in families([(Somebody(f"户{at}"),) for at in range(count)], **told):
        tell(home.people[0], FactValue("benefit", "低保", fen, valid_since=date(2022, 7, 1)),
             source=f"{source}:{home.id}")  # fmt: skip


def find(period: str = JUNE) -> int:
    return alike.find_alike(COUNTY, period, by=Actor.system(COUNTY))


def test_twenty_equal_awards_of_a_village_on_one_day_ask_for_a_sample_and_nineteen_do_not():
    awarded(19)
    assert find() == 0
    awarded(1)
    assert find() == 1
    with scope(NATION):
        row = AlikeCheck.objects.get()
        task = Task.objects.get(kind="同批同额抽查")
    assert (row.households, row.amount_fen, row.scheme) == (20, 41700, "低保")
    assert (row.known_on, row.due_on) == (date(2022, 6, 6), date(2022, 6, 20))
    assert (task.role, task.place, task.due_on) == ("county_reviewer", row.place, row.due_on)


def test_other_amounts_other_villages_and_other_sources_do_not_add_up():
    awarded(10)
    awarded(10, fen=41800)
    awarded(10, place=f"{OTHER_TOWNSHIP[:9]}201")
    awarded(10, source="delivery:3")
    assert find() == 0


def test_again_asks_nothing_anew_and_no_family_has_an_alert_of_it():
    awarded(20)
    assert [find(), find()] == [1, 0]
    assert find("2022-07") == 0
    with scope(NATION):
        assert not Alert.objects.exists()


def test_a_sample_is_written_down_once_with_numbers_that_can_be():
    awarded(20)
    find()
    with scope(NATION):
        number = AlikeCheck.objects.get().pk
    for sampled, wrong in ((0, 0), (21, 0), (5, 6), (5, -1)):
        with pytest.raises(AlikeNumbersUnfit):
            alike.check_alike(number, sampled, wrong, "看过", by=REVIEWER)
    with pytest.raises(AlikeFindingMissing):
        alike.check_alike(number, 5, 1, " ", by=REVIEWER)
    with pytest.raises(NotAllowed):
        alike.check_alike(number, 5, 1, "看过", by=actor("township_clerk", TOWNSHIP))
    with pytest.raises(NotThere):
        alike.check_alike(number, 5, 1, "看过", by=actor("county_reviewer", "620522000000"))
    row = alike.check_alike(number, 5, 1, "一户没有核算", by=REVIEWER)
    assert (row.state, row.sampled, row.wrong) == ("已抽查", 5, 1)
    with pytest.raises(AlikeSettled):
        alike.check_alike(number, 6, 0, "看过", by=REVIEWER)
    with scope(NATION):
        assert not Task.objects.filter(done_at=None, kind="同批同额抽查").exists()


def test_the_families_of_a_check_are_those_with_the_award_and_no_others():
    awarded(20)
    awarded(3, fen=50000)
    find()
    with scope(COUNTY):
        row = alike.checks().get()
        homes = list(alike.households_of(row))
        assert len(homes) == 20
    with scope(OTHER_TOWNSHIP):
        assert not alike.checks().exists()
