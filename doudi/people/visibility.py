"""Where persons are visible: registered place, residence, household, open case (DESIGN §8.7).

``person_place`` and the search grams follow from the person, so they are written here alone and
with the whole nation in sight: a migrant's residence lies outside the range of who registers him.
"""

# ruff: noqa: S608 (the pieces put together are constants of this file)
from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from doudi.base.access import NATION, Actor, one_or_not_there, scope
from doudi.base.actions import action
from doudi.people.models import Person

_CASE = "案件:"

# The places that follow from the tables; each place once, the strongest reason first.
_WANTED = """
select distinct on (person_id, place) person_id, place, why from (
  select id as person_id, registered_place as place, '户籍' as why, 1 as rank
  from people_person where id = any(%(people)s)
  union all
  select id, residence_place, '居住', 2 from people_person where id = any(%(people)s)
  union all
  select m.person_id, h.place, '家庭', 3
  from people_member m join people_household h on h.id = m.household_id
  where m.person_id = any(%(people)s) and m.before is null
) p order by person_id, place, rank
"""

_INSERT = f"""
insert into people_personplace (person_id, place, why)
select person_id, place, why from ({_WANTED}) w
where not exists (select 1 from people_personplace pp
  where pp.person_id = w.person_id and pp.place = w.place and pp.why = w.why)
"""

_DELETE = f"""
delete from people_personplace pp
where pp.person_id = any(%(people)s) and pp.why in ('户籍', '居住', '家庭')
  and not exists (select 1 from ({_WANTED}) w
    where w.person_id = pp.person_id and w.place = pp.place and w.why = pp.why)
"""

# Grams are copied to new places and taken from places that no longer show the person.
_GRAMS_IN = """
insert into people_searchgram (gram, place, person_id)
select g.gram, pp.place, g.person_id
from (select distinct gram, person_id from people_searchgram where person_id = any(%(people)s)) g
join (select distinct person_id, place from people_personplace where person_id = any(%(people)s)) pp
  using (person_id)
where not exists (select 1 from people_searchgram s
  where s.gram = g.gram and s.place = pp.place and s.person_id = g.person_id)
"""

_GRAMS_OUT = """
delete from people_searchgram s where s.person_id = any(%(people)s)
  and not exists (select 1 from people_personplace pp
    where pp.person_id = s.person_id and pp.place = s.place)
"""


def follow(person_ids: Iterable[int]) -> None:
    """Bring places and grams in line with persons and memberships, inside an action."""
    told = {"people": sorted(set(person_ids))}
    with scope(NATION), connection.cursor() as cursor:
        cursor.execute(_INSERT, told)
        cursor.execute(_GRAMS_IN, told)
        cursor.execute(_DELETE, told)
        cursor.execute(_GRAMS_OUT, told)


@action("person.show_for_case", needs="case.accept")
def places_for_case(person_id: int, place: str, subject: str, *, by: Actor) -> None:
    """Make a person visible where a case about them was accepted, while it is open.

    ``subject`` is the case ("cases.case:12"). Not for looking around: the person may be out of the
    actor's range, so the caller must have found them by their full id number.
    """
    by_number = subject.rpartition(":")[2]
    with scope(NATION), connection.cursor() as cursor:
        cursor.execute(
            "insert into people_personplace (person_id, place, why) values (%s, %s, %s) "
            "on conflict do nothing",
            [person_id, place, f"{_CASE}{by_number}"],
        )
        cursor.execute(_GRAMS_IN, {"people": [person_id]})


def end_case_visibility(subject: str) -> None:
    """Take back what a case showed, inside the action that ends it."""
    why = f"{_CASE}{subject.rpartition(':')[2]}"
    with scope(NATION), connection.cursor() as cursor:
        cursor.execute("delete from people_personplace where why = %s returning person_id", [why])
        people = [person_id for (person_id,) in cursor.fetchall()]
        cursor.execute(_GRAMS_OUT, {"people": people})


@action("person.move", needs="person.write")
def move_person(
    person_id: int,
    *,
    by: Actor,
    registered_place: str | None = None,
    residence_place: str | None = None,
    address: str | None = None,
) -> None:
    """Write a new registered place or residence; the person is visible there from now on."""
    person = one_or_not_there(Person.objects.select_for_update(), pk=person_id)
    person.registered_place = registered_place or person.registered_place
    person.residence_place = residence_place or person.residence_place
    person.address = person.address if address is None else address
    person.save(update_fields=["registered_place", "residence_place", "address"])
    follow([person_id])
