"""One way of screening in a process of its own: ``python -m bench.peers.screened WAY LIBRARY OUT``.

Ways: ``screen`` (``doudi screen``, one part after another), ``screen-2`` (two parts at a time),
``loop`` (every household before every indicator), ``polars`` and ``duckdb`` (R01, R02, R10 and R26
written for them by hand). All write the same table of hits: person, indicator, cause.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl

PERIOD, ON, SINCE = "2022-05", date(2022, 6, 1), date(2021, 12, 3)
SUBSET = ("R01", "R02", "R10", "R26")
HITS = ("人号", "风险点", "缘由")


def by_screen(library: Path, out: Path, processes: int = 1, first: str = PERIOD) -> None:
    """What ``doudi screen`` does."""
    from doudi.kernel.dates import Month
    from doudi.watch.screening import Round, month_by_month, screen

    last = Month.parse(PERIOD)
    rounds = (Round(last, last, ON),)
    if first != PERIOD:
        rounds = month_by_month(Month.parse(first), last)
    screen(library, out, rounds, processes=processes)


def by_loop(library: Path, out: Path) -> None:
    """The same functions, every household of which something is known, one after another."""
    import numpy as np

    from doudi.kernel.dates import Month
    from doudi.rules.batch.registry import Faults
    from doudi.watch.indicators import standing_triggers, triggers
    from doudi.watch.merging import changes
    from doudi.watch.screening import Round
    from doudi.watch.screening.judging import Families
    from doudi.watch.screening.layout import open_library
    from doudi.watch.screening.reading import stretches
    from doudi.watch.screening.screen import day_of

    month = Month.parse(PERIOD)
    turn, found = Round(month, month, ON), []
    news, standing = set(triggers()), set(standing_triggers())
    for part in open_library(library):
        for stretch in stretches(part, Faults()):
            day = day_of(stretch, turn)
            everybody = np.ones(stretch.people.height, np.bool_)
            families = Families(
                stretch, np.ones(stretch.households.height, np.bool_), Faults()
            )  # fmt: skip
            numbers = dict(stretch.people.select("person", "人号").iter_rows())
            for at in range(stretch.households.height):
                view = families.view(at, turn, ON, everybody, everybody)
                looked_at = any(
                    kind in standing or (kind in news and any(fact.fresh for fact in facts))
                    for person in view.members
                    for kind, facts in person.facts.items()
                )
                if looked_at:
                    found += [
                        (numbers[hit.person.id], hit.indicator, hit.hit.cause)
                        for change in changes(view, day, set(), {})
                        for hit in change.hits
                    ]
    out.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(found, schema=list(HITS), orient="row").write_parquet(out / "hits.parquet")


WORST = """
copy (
with facts as (
  select *, regexp_extract(filename, '(\\d{{4}}-\\d{{2}})[^/]*$', 1) as month,
    regexp_extract(filename, '([^/]+)/facts/', 1) as part
  from read_parquet('{library}/*/facts/*.parquet', filename = true)
),
people as (
  select p.人号, p.户号, h.城镇, regexp_extract(p.filename, '([^/]+)/[^/]*$', 1) as part
  from read_parquet('{library}/*/persons.parquet', filename = true) p
  join read_parquet('{library}/*/households.parquet', filename = true) h
    on h.户号 = p.户号 and regexp_extract(h.filename, '([^/]+)/[^/]*$', 1)
      = regexp_extract(p.filename, '([^/]+)/[^/]*$', 1)
),
stand as (
  select f.*, p.户号, p.城镇 from facts f join people p using (part, 人号)
  where f.种类 in ('benefit', 'fp', 'disability') and f.起 <= date '{on}'
    and (f.止 is null or f.止 > date '{on}')
),
aided as (
  select part, 户号, bool_or(键 = '低保') as 低保,
    bool_or(键 in ('低保', '低保边缘', '刚性支出困难') or 种类 = 'fp') as 全户
  from stand where 种类 in ('benefit', 'fp') group by all
),
mine as (
  select part, 人号, bool_or(键 = '特困') as 特困, bool_or(键 = '残疾人护理补贴') as 护理,
    bool_or(键 = '残疾人生活补贴') as 生活
  from stand where 种类 = 'benefit' group by all
),
who as (
  select p.part, p.人号, coalesce(a.低保, false) as 低保, coalesce(m.特困, false) as 特困,
    coalesce(a.全户, false) or coalesce(m.特困, false) as 监测,
    coalesce(m.护理, false) as 护理, coalesce(m.生活, false) as 生活
  from people p left join aided a using (part, 户号) left join mine m using (part, 人号)
),
dead as (
  select part, 人号, min(起) as 起 from facts where 种类 in ('death', 'cremation') group by all
),
certified as (
  select part, 人号, arg_min(代码, 起) as 代码, min(起) as 起
  from stand where 种类 = 'disability' group by all
)
select f.人号, if(w.监测, 'R01', 'R02') as 风险点, f.键 as 缘由
from facts f join who w using (part, 人号)
where f.种类 = 'medical.self_pay' and f.month >= '{period}' and f.起 > date '{since}'
  and f.起 <= date '{on}' and f.金额 > if(w.监测, 600000, 1000000)
union all
select c.人号, 'R10', '残疾人护理补贴:' || c.起
from certified c join who w using (part, 人号) left join dead d using (part, 人号)
where c.起 <= date '{on}' - 60 and c.代码[2] in ('1', '2') and not w.护理 and not w.特困
  and d.人号 is null
union all
select c.人号, 'R10', '残疾人生活补贴:' || c.起
from certified c join who w using (part, 人号) left join dead d using (part, 人号)
where c.起 <= date '{on}' - 60 and w.低保 and not w.生活 and not w.特困 and d.人号 is null
union all
select d.人号, 'R26', '死亡' from dead d join who w using (part, 人号)
where d.起 <= date '{on}' and (w.低保 or w.特困)
) to '{out}/hits.parquet' (format parquet)
"""


def by_duckdb(library: Path, out: Path) -> None:
    """Four indicators in one statement."""
    import duckdb

    out.mkdir(parents=True, exist_ok=True)
    told = {"library": library, "out": out, "on": ON, "since": SINCE, "period": PERIOD}
    duckdb.sql(WORST.format(**told))


def by_polars(library: Path, out: Path) -> None:
    """The same four as data frames, one county after another."""
    out.mkdir(parents=True, exist_ok=True)
    found = [_county(part) for part in sorted(library.iterdir())]
    pl.concat(found).write_parquet(out / "hits.parquet")


def _county(part: Path) -> pl.DataFrame:
    col = pl.col
    facts = pl.concat(
        [
            pl.scan_parquet(path).with_columns(month=pl.lit(path.stem))
            for path in sorted((part / "facts").glob("*.parquet"))
        ]
    )
    people = pl.scan_parquet(part / "persons.parquet").select("人号", "户号")
    stands = (col("起") <= ON) & (col("止").is_null() | (col("止") > ON))
    stand = facts.filter(stands & col("种类").is_in(["benefit", "fp", "disability"])).join(
        people, on="人号"
    )
    whole = col("键").is_in(["低保", "低保边缘", "刚性支出困难"]) | (col("种类") == "fp")
    aided = stand.filter(col("种类") != "disability").group_by("户号").agg(
        低保=(col("键") == "低保").any(), 全户=whole.any()
    )  # fmt: skip
    mine = stand.filter(col("种类") == "benefit").group_by("人号").agg(
        特困=(col("键") == "特困").any(), 护理=(col("键") == "残疾人护理补贴").any(),
        生活=(col("键") == "残疾人生活补贴").any(),
    )  # fmt: skip
    who = people.join(aided, on="户号", how="left").join(mine, on="人号", how="left").with_columns(
        col("低保", "全户", "特困", "护理", "生活").fill_null(False)
    ).with_columns(监测=col("全户") | col("特困")).collect().lazy()  # fmt: skip
    dead = facts.filter(col("种类").is_in(["death", "cremation"])).group_by("人号").agg(
        col("起").min()
    )  # fmt: skip
    news = (col("month") >= PERIOD) & (col("起") > SINCE) & (col("起") <= ON)
    stays = facts.filter(news & (col("种类") == "medical.self_pay")).join(who, on="人号").filter(
        col("金额") > pl.when("监测").then(600_000).otherwise(1_000_000)
    )  # fmt: skip
    certified = stand.filter(col("种类") == "disability").sort("起").group_by("人号").agg(
        col("代码").first(), col("起").first()
    ).join(dead, on="人号", how="anti").join(who, on="人号").filter(
        ~col("特困") & (col("起") <= pl.lit(ON).dt.offset_by("-60d"))
    )  # fmt: skip
    nursing = certified.filter(col("代码").str.slice(1, 1).is_in(["1", "2"]) & ~col("护理"))
    living = certified.filter(col("低保") & ~col("生活"))
    paid = dead.filter(col("起") <= ON).join(who, on="人号").filter(col("低保") | col("特困"))
    day = col("起").cast(pl.String)
    return pl.concat(
        [
            stays.select("人号", pl.when("监测").then(pl.lit("R01")).otherwise(pl.lit("R02"))
                         .alias("风险点"), col("键").alias("缘由")),
            nursing.select("人号", pl.lit("R10").alias("风险点"),
                           (pl.lit("残疾人护理补贴:") + day).alias("缘由")),
            living.select("人号", pl.lit("R10").alias("风险点"),
                          (pl.lit("残疾人生活补贴:") + day).alias("缘由")),
            paid.select("人号", pl.lit("R26").alias("风险点"), pl.lit("死亡").alias("缘由")),
        ]
    ).collect()  # fmt: skip


WAYS: dict[str, Callable[[Path, Path], None]] = {
    "screen": by_screen,
    "screen-2": lambda library, out: by_screen(library, out, processes=2),
    "months": lambda library, out: by_screen(library, out, processes=2, first="2021-06"),
    "loop": by_loop,
    "duckdb": by_duckdb,
    "polars": by_polars,
}


def hits_of(out: Path) -> pl.DataFrame:
    """The hits that a way wrote, in order."""
    path = out / "hits.parquet"
    told = pl.read_parquet(path / "*.parquet" if path.is_dir() else path)
    return told.select(pl.col("人号").cast(pl.Int64), "风险点", "缘由").sort(HITS)


if __name__ == "__main__":
    began = time.perf_counter()
    WAYS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
    print(time.perf_counter() - began)
