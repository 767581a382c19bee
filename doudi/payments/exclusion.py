"""Programmes that exclude each other, through merged files (并档), moves and households that join.

Who is on one award of a group cannot be on another: the schema says so for one file of a person
(``a_person_stands_in_one_award_of_a_group``), whatever household the person moves to. Two files of
one person are two people to that constraint; so a merge is refused here while both are on live
awards of a group, and an award that would begin after the merge is refused by a trigger.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from doudi.kernel import clock
from doudi.kernel.problems import Problem
from doudi.people.merging import objects_to_merge


class ExclusiveAwards(Problem):
    """Two files that both receive what one person may receive once are not merged as they are."""

    code = "payment.exclusive_awards"
    say = "两份档案都在领取不能同时享受的待遇：{first}和{second}。"
    next = "请先核实，把其中一项停发，再并档。"
    fields = ("first", "second")


_BOTH = """
select least(a.scheme, b.scheme), greatest(a.scheme, b.scheme)
from cases_awardperson x join cases_awardperson y on y."group" = x."group"
  and y.person_id = %(gone)s and y.award_id <> x.award_id
join cases_award a on a.id = x.award_id
join cases_award b on b.id = y.award_id
where x.person_id = %(kept)s
  and greatest(x.since, y.since) < least(coalesce(x.before, 'infinity'),
    coalesce(y.before, 'infinity'))
  and least(coalesce(x.before, 'infinity'), coalesce(y.before, 'infinity')) > %(today)s
order by 1, 2 limit 1
"""


@objects_to_merge
def exclusive_awards(kept_id: int, gone_id: int) -> Problem | None:
    """What stands against a merge: live awards of one exclusive group under both files."""
    told: dict[str, Any] = {"kept": kept_id, "gone": gone_id, "today": clock.business_today()}
    with connection.cursor() as cursor:
        cursor.execute(_BOTH, told)
        both = cursor.fetchone()
    return None if both is None else ExclusiveAwards(first=both[0], second=both[1])
