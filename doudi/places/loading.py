"""Loads the administrative divisions that come with the product."""

import io
import lzma
from collections.abc import Iterator
from datetime import date
from importlib import resources
from itertools import islice

from django.db import connection

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.places import queries
from doudi.places.initials import initials_of

_FILE = "data/divisions_2023.tsv.xz"
# The list says what was in force on this day; the Bureau of Statistics publishes it yearly.
_AS_OF = date(2023, 6, 30)
_SOURCE = "国家统计局 统计用区划代码和城乡划分代码（2023年）"


@action("place.load", needs="place.load")
def load_divisions(*, by: Actor, within: str = "") -> int:
    """Load the divisions (all, or those whose code begins so, with what lies above them).

    Set-based; returns how many rows were new, so a second load returns 0.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "create temporary table division_staging "
            "(code text, level smallint, name text, initials text) on commit drop"
        )
        with cursor.copy("copy division_staging from stdin") as copy:
            lines = _lines(within)
            while block := "".join(islice(lines, 5000)):
                copy.write(block)
        # In two statements: an insert that looks for what it inserts itself gets slower by the row.
        cursor.execute("analyze division_staging")
        cursor.execute(
            "delete from division_staging s using places_division d "
            "where d.code = s.code and d.level = s.level and d.since = %s",
            [_AS_OF],
        )
        cursor.execute(
            "insert into places_division "
            "(code, level, name, initials, since, before, successor, source) "
            "select code, level, name, initials, %s, null, '', %s from division_staging",
            [_AS_OF, _SOURCE],
        )
        loaded = cursor.rowcount
        cursor.execute("drop table division_staging")
    queries.forget()
    return int(loaded)


def _lines(within: str) -> Iterator[str]:
    """The lines of the file, which are COPY's own form, with initials behind."""
    above = {within[:digits].ljust(12, "0") for digits in (2, 4, 6, 9) if digits < len(within)}
    path = resources.files("doudi.places").joinpath(_FILE)
    with path.open("rb") as packed, io.TextIOWrapper(lzma.open(packed), "utf-8") as lines:
        for line in lines:
            if not within or line.startswith(within) or line[:12] in above:
                told = line.rstrip("\n")
                name = told.rpartition("\t")[2]
                yield f"{told}\t{initials_of(name)}\n"
