"""Why a row is about a person: each field's level in Chinese, with its weight in bits."""

from __future__ import annotations

import numpy as np
import polars as pl

from doudi.exchange.linking import deciding
from doudi.exchange.linking.deciding import BY_ID, NOBODY, NOT_FOUND, SCORED, TO_REVIEW, WAYS, Bands
from doudi.exchange.linking.doubles import Doubles
from doudi.exchange.linking.ids import ADVICE, OUTCOMES, USABLE
from doudi.exchange.linking.levels import BIRTH, BIRTH_SAME, FIELDS, NAME
from doudi.exchange.linking.linking import Links
from doudi.exchange.linking.people import NUMBER, People
from doudi.exchange.linking.weighing import Weighed

LINE, WAY, PERSON, REGISTERED, BITS, WHY = "行号", "方式", "登记行号", "登记证号", "分值", "理由"
REGISTRY_NUMBER = "人员编号"


def as_table(
    links: Links, registry_frame: pl.DataFrame, registry: People, *, explained: list[str] | None
) -> pl.DataFrame:
    """One row for each row of the file, in its order; lines are counted from 1 without header."""
    found = pl.Series(links.person).cast(pl.Int64)
    at = found.set(found < 0, None)
    told = {
        LINE: pl.Series(np.arange(1, len(found) + 1)),
        WAY: pl.Series(WAYS).gather(pl.Series(links.way)),
        PERSON: at + 1,
        REGISTERED: registry.ids.number.gather(at),
        BITS: pl.Series(links.bits).fill_nan(None).round(2),
    }
    number = next((name for name in NUMBER if name in registry_frame.columns), None)
    if number:
        told[REGISTRY_NUMBER] = registry_frame[number].gather(at)
    if explained is not None:
        told[WHY] = pl.Series(explained, dtype=pl.String)
    return pl.DataFrame(told)


def reasons(links: Links, file: People, bands: Bands) -> list[str]:
    """The reasons of every row, in its order."""
    by_id = {int(row): at for at, row in enumerate(links.found_by_id.row)}
    return [_reason(links, file, row, by_id.get(row), bands) for row in range(len(file))]


def _reason(links: Links, file: People, row: int, exact: int | None, bands: Bands) -> str:
    way = WAYS[links.way[row]]
    outcome = int(file.ids.outcome[row])
    if way == NOBODY:
        return "证件号码有效，登记册中没有这个号码；不与他人比对"
    if way == BY_ID and exact is not None:
        name = int(links.found_by_id.levels[NAME.name][exact])
        alike = f"姓名{NAME.levels[name - 1].words}" if name else "没有姓名"
        if links.found_by_id.levels[BIRTH.name][exact] == BIRTH_SAME:
            alike += "，出生日期相同"
        noted = f"（{ADVICE[outcome]}）" if outcome else ""
        return f"证件号码在册{noted}，{alike}"
    said, doubted = f"证件号码{OUTCOMES[outcome]}", exact is not None or outcome <= USABLE
    if doubted and exact is None:
        said = "登记册中有几个人用这个证件号码"
    elif doubted:
        said = "证件号码在册，但姓名和出生日期都不符"
    pair = int(links.pair[row])
    if pair < 0:
        return f"{said}；登记册中没有相近的人"
    words = pair_reasons(links, pair, float(links.bits[row]))
    ends = {
        SCORED: f"合计{links.bits[row]:+.1f}比特，达到{bands.automatic:g}比特，自动认定",
        TO_REVIEW: f"合计{links.bits[row]:+.1f}比特，{_why_review(links, row, doubted, bands)}",
        NOT_FOUND: f"最相近的一人合计{links.bits[row]:+.1f}比特，不到{bands.review:g}比特，不认定",
    }
    return f"{said}；{words}；{ends[way]}"


def _why_review(links: Links, row: int, doubted: bool, bands: Bands) -> str:
    if doubted:
        return "须人工核对是谁的号码"
    pair = links.pairs.take(np.array([links.pair[row]]))
    if links.bits[row] >= bands.automatic and not deciding.beyond_names(pair)[0]:
        return "只有姓名等相符，须人工核对"
    return "不足以自动认定，须人工核对"


def pair_reasons(links: Links, pair: int, bits: float) -> str:
    """What adds up to the bits of a pair: each told field, the choice among all, other people."""
    parts = [f"{name}{words}{own:+.1f}" for name, words, own in parts_of(links, pair)]
    chance = float(np.log2(links.model.registered / links.registered))
    parts.append(f"从{links.registered:,}人中认出{chance:+.1f}")
    rest = bits - float(links.scores.bits[pair]) - chance
    parts.append(f"计入同户亲属、其他相近的人和不在册的可能{rest:+.1f}")
    return "，".join(parts)


def parts_of(links: Links | Weighed | Doubles, pair: int) -> list[tuple[str, str, float]]:
    """Each field that both sides tell: its name, how alike it is in words, and its bits."""
    return [
        (name, field.levels[level - 1].words, float(links.scores.fields[name][pair]))
        for name, field in FIELDS.items()
        if (level := int(links.pairs.levels[name][pair]))
    ]
