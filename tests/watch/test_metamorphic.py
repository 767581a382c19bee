"""What must hold of any family, whatever is known of it: bad news never makes an alert milder.

That the order of files does not matter, and that the same month twice makes nothing new, is held on
the database in ``test_scan.py``; here the same is asked of the functions alone.
"""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import assume, example, given
from hypothesis import strategies as st

from doudi.people.kinds import EVENTS
from doudi.watch.merging import Change, changes
from doudi.watch.score import COLOURS
from tests.watch.views import DAY, household
from tests.watch.village import Somebody, benefit, certificate, state, stay

days = st.integers(0, 170).map(lambda back: date(2022, 6, 5) - timedelta(days=back))
long_ago = st.integers(400, 3000).map(lambda back: date(2022, 6, 5) - timedelta(days=back))
keys = st.uuids().map(lambda key: f"{key}"[:8])


def bad(on: st.SearchStrategy[date]) -> st.SearchStrategy[dict]:
    """News that no family wants, about one member."""
    return st.one_of(
        st.builds(stay, st.integers(100, 90_000), on, keys),
        st.builds(certificate, st.sampled_from(["11", "42", "43", "54"]), on),
        st.builds(lambda day, key: state("illness.major", day, key=key, code="C34"), on, keys),
        st.builds(lambda day, key: state("illness.chronic", day, key=key, code="E11"), on, keys),
        st.builds(lambda day, key: state("unemployment", day, key=key), on, keys),
        st.builds(
            lambda day, key, yuan: state("disaster", day, key=key, code="火灾",
                                         amount_fen=yuan * 100),
            on, keys, st.integers(0, 50_000),
        ),
        st.builds(lambda day, key: state("appeal", day, key=key), on, keys),
    )  # fmt: skip


standing = st.one_of(
    st.builds(
        benefit, st.sampled_from(["低保", "特困", "低保边缘"]), st.integers(1, 900), long_ago
    ),
    st.builds(
        lambda day, code: state("fp", day, key="户", code=code),
        long_ago, st.sampled_from(["脱贫不稳定户", "边缘易致贫户", "突发严重困难户"]),
    ),
    bad(long_ago),
    st.builds(lambda day, yuan: {"kind": "income.wage", "key": "工", "amount_fen": yuan * 100,
                                 "valid_since": day}, long_ago, st.integers(0, 5000)),
)  # fmt: skip
somebody = st.builds(
    Somebody,
    name=st.just("马有福"),
    birth=st.dates(date(1935, 1, 1), date(2018, 1, 1)),
    known=st.lists(standing, max_size=3),
    news=st.lists(bad(days), max_size=3),
)
families = st.lists(somebody, min_size=1, max_size=3)


def raised(members: list[Somebody]) -> dict[str, Change]:
    found = changes(household(*members), DAY, set(), {})
    return {change.direction: change for change in found}


def _began_earlier_than_thought(one: Somebody, news: dict) -> bool:
    """The same state, known already, only began earlier: not a new fact but an older one.

    It makes the beginning older, and what is older counts less (``continues``, the decay).
    """
    same = [fact for fact in (*one.known, *one.news) if fact["kind"] == news["kind"]]
    is_state = news["kind"] not in EVENTS
    return is_state and any(news["valid_since"] <= fact["valid_since"] for fact in same)


@given(families, st.data(), bad(days))
def test_a_new_bad_fact_never_lowers_a_score_nor_makes_a_colour_milder(members, data, news):
    at = data.draw(st.integers(0, len(members) - 1))
    assume(not _began_earlier_than_thought(members[at], news))
    before = raised(members)
    worse = [
        Somebody(one.name, one.birth, one.relation, one.known,
                 [*one.news, news] if number == at else one.news)
        for number, one in enumerate(members)
    ]  # fmt: skip
    after = raised(worse)
    for direction, change in before.items():
        assert direction in after
        assert after[direction].score.points >= change.score.points
        assert COLOURS.index(after[direction].colour) >= COLOURS.index(change.colour)


@given(families, st.randoms(use_true_random=False))
@example([Somebody(news=[stay(12000), certificate("42")])], None)
def test_the_order_in_which_facts_came_does_not_matter(members, shuffler):
    first = raised(members)
    for one in members:
        if shuffler is not None:
            shuffler.shuffle(one.news)
        else:
            one.news.reverse()
    second = raised(members)
    assert {d: (c.score.points, c.colour) for d, c in first.items()} == {
        d: (c.score.points, c.colour) for d, c in second.items()
    }


@given(families)
def test_what_is_on_record_fires_no_second_time(members):
    home = household(*members)
    first = changes(home, DAY, set(), {})
    known = {
        (hit.person.id, hit.indicator, hit.hit.cause) for change in first for hit in change.hits
    }
    again = changes(home, DAY, known, {})
    fired = {
        (hit.person.id, hit.indicator, hit.hit.cause) for change in again for hit in change.hits
    }
    assert not fired & known
