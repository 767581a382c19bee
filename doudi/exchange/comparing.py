"""A period's files beside those of the one before: who is new, gone, changed, worse off.

People are compared, not lines: by what the two files' facts say of them. Only a list of everybody
(``Format.roster``) can lose somebody; of events, the next month has others. Whoever is gone keeps
the facts that were known: a file that no longer names a person says nothing about them.
"""

# ruff: noqa: S608  (statements are put together from constants of this module only)
from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, overload

from django.db import connection
from django.db.models import Max

from doudi.exchange.agreeing import CONFIRMED
from doudi.exchange.formats import FORMATS
from doudi.exchange.formats.declaring import Format
from doudi.exchange.models import Delivery
from doudi.kernel.dates import Month
from doudi.kernel.masks import mask_name
from doudi.kernel.money import Fen
from doudi.people.kinds import label_of

NEW, GONE, CHANGED, WORSE, SAME = "新增", "不在本期", "变化", "变差", "未变"
VERDICTS = (NEW, GONE, CHANGED, WORSE)
STORED = "已入库"
_MONTHS = {"月": 1, "季": 3, "学期": 6, "年": 12, "学年": 12}

# What each file says of a person as one text, without the days, which move every month; and the sum
# of what is still going on.
_BOTH = """
with told as (
  select r.delivery_id = any(%(after)s) as after, r.person_id,
    string_agg(distinct concat_ws('|', f ->> 0, f ->> 1, f ->> 2, f ->> 3, f ->> 6 is not null),
      '/') as said,
    coalesce(sum((f ->> 2)::bigint) filter (where f ->> 6 is null), 0) as fen,
    jsonb_agg(jsonb_build_array(f -> 0, f -> 2, f -> 3, f -> 6) order by f ->> 0, f ->> 1)::text
      as facts
  from exchange_deliveryrow r, jsonb_array_elements(r.facts) f
  where r.delivery_id = any(%(all)s) and r.person_id is not null
    and r.tier = any(%(tiers)s)
  group by 1, 2),
compared as (
  select coalesce(a.person_id, b.person_id) as person_id, b.facts as was, a.facts as now,
    case when b.person_id is null then '新增' when a.person_id is null then '不在本期'
      when a.said = b.said then '未变'
      when %(worse)s = '少' and a.fen < b.fen or %(worse)s = '多' and a.fen > b.fen then '变差'
      else '变化' end as verdict
  from (select * from told where after) a
  full join (select * from told where not after) b on b.person_id = a.person_id)
"""
_COUNT = f"{_BOTH} select verdict, count(*) from compared group by 1"
_LIST = f"""{_BOTH}
select c.person_id, p.name, c.verdict, c.was, c.now from compared c
join people_person p on p.id = c.person_id
where c.verdict = %(verdict)s order by p.name, c.person_id limit %(limit)s offset %(offset)s
"""
_PEOPLE = f"{_BOTH} select person_id from compared where verdict = %(verdict)s order by person_id"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two periods of one format and place, and how many people stand how."""

    format: Format
    period_before: str
    period: str
    before: tuple[int, ...]  # delivery ids
    after: tuple[int, ...]
    counts: dict[str, int]

    @property
    def most_are_gone(self) -> bool:
        """Whether the file has rather lost people than the world: more are gone than stayed."""
        known = sum(count for verdict, count in self.counts.items() if verdict != NEW)
        return 2 * self.counts.get(GONE, 0) > known > 0


@dataclass(frozen=True, slots=True)
class Change:
    """One person in both files: masked name, and what each said in the bureau's words."""

    person_id: int
    name: str
    verdict: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Late:
    """A list that came before and whose next period has not come."""

    label: str
    department: str
    last: str
    missing: str


def compare(delivery: Delivery) -> Comparison | None:
    """All of its period beside the latest earlier period; None where there is nothing to compare.

    A period may have come in several files, one a township: together they are the list.
    """
    format = FORMATS.get(delivery.format)
    if format is None or not format.roster or delivery.state != STORED:
        return None
    stored = Delivery.objects.filter(format=delivery.format, place=delivery.place, state=STORED)
    of_period: dict[str, list[int]] = {}
    periods = stored.filter(period__lte=delivery.period).order_by("id")
    for pk, period in periods.values_list("id", "period"):
        of_period.setdefault(period, []).append(pk)
    after = of_period.pop(delivery.period)
    if not of_period:
        return None
    last = max(of_period)
    two = Comparison(format, last, delivery.period, tuple(of_period[last]), tuple(after), counts={})
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, _told(two))
        two.counts.update({verdict: int(count) for verdict, count in cursor.fetchall()})
    return two


def people_of(comparison: Comparison, verdict: str) -> list[int]:
    """Person ids of a verdict, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, _told(comparison) | {"verdict": verdict})
        return [row[0] for row in cursor.fetchall()]


class Changes(Sequence[Change]):
    """The people of one verdict, read page by page, one statement a page."""

    def __init__(self, comparison: Comparison, verdict: str) -> None:
        self._comparison, self._verdict = comparison, verdict

    def __len__(self) -> int:
        return self._comparison.counts.get(self._verdict, 0)

    @overload
    def __getitem__(self, index: int) -> Change: ...
    @overload
    def __getitem__(self, index: slice) -> list[Change]: ...
    def __getitem__(self, index: int | slice) -> Change | list[Change]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        start, stop, _ = index.indices(len(self))
        page = {"verdict": self._verdict, "limit": max(stop - start, 0), "offset": start}
        with connection.cursor() as cursor:
            cursor.execute(_LIST, _told(self._comparison) | page)
            return [
                Change(person, mask_name(name), verdict, _words(was), _words(now))
                for person, name, verdict, was, now in cursor.fetchall()
            ]


def late(on: date) -> list[Late]:
    """Lists whose last period before this month has not come; late is not "nobody".

    Only what came at least once is expected, each in the rhythm of its format.
    """
    last_month = Month.of(on) + -1
    rows = (
        Delivery.objects.filter(state=STORED, format__in=_expected())
        .order_by()
        .values_list("format")
        .annotate(last=Max("period"))
    )
    found = []
    for code, last in rows:
        format = FORMATS[code]
        missing = Month.parse(last) + _MONTHS[format.period]
        if missing <= last_month:
            found.append(Late(format.label, format.department, last, str(missing)))
    return sorted(found, key=lambda each: (each.missing, each.department, each.label))


def _expected() -> list[str]:
    return [format.code for format in FORMATS.values() if format.period in _MONTHS]


def _told(two: Comparison) -> dict[str, Any]:
    return {
        "after": list(two.after),
        "all": [*two.before, *two.after],
        "tiers": list(CONFIRMED),
        "worse": two.format.worse,
    }


def _words(facts: str | None) -> str:
    """What a file says of somebody: kind, code, amount, and whether it is over."""
    if facts is None:
        return "没有记录"
    said = []
    for kind, fen, code, ended in json.loads(facts):
        amount = "" if fen is None else f" {Fen(fen).display()} 元"
        over = "（已终止）" if ended else ""
        said.append(f"{label_of(kind)}{f' {code}' if code else ''}{amount}{over}")
    return "；".join(dict.fromkeys(said))
