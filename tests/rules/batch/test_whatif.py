"""What if: who comes in, who goes out, what it costs, and where more income brings less."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from doudi.rules import Overlay, ParameterValue
from doudi.rules.batch.scenario import Scenario, ScenarioRefused, read_scenario
from doudi.rules.batch.whatif import whatif
from doudi.rules.batch.writing import Registered, write_registry
from doudi.rules.book import rulebook
from doudi.rules.onepass import assess
from doudi.rules.tables import ParameterTable
from tests.rules.batch.test_registry import town
from tests.rules.families import family, person

DAY = date(2022, 6, 1)
PLACES = ("620521100", "620521101", "620502001")


def households() -> list[Registered]:
    """A few hundred households of three townships in town, with incomes around the line."""
    return [
        Registered(each.number, PLACES[number % 3], each.facts)
        for number, each in enumerate(town(240))
    ]


@pytest.fixture(scope="module")
def registry(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("whatif") / "registry"
    write_registry(folder, households())
    return folder


def tables() -> ParameterTable:
    return rulebook().tables


def scenario(folder: Path, text: str) -> Scenario:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return read_scenario(path, tables())


def standard(place: str) -> int:
    found = tables().find("低保标准", (0,), place, DAY)
    return found.number


RAISED = "名称: 提标\n参数:\n  - {参数: 低保标准, 城乡: 城市, 加: '100.00'}\n"


def counter_says(raised_by: int):
    """The same question asked one household after another, by an overlay."""
    rows = tuple(
        ParameterValue(
            "低保标准", place, date(2022, 5, 1),
            f"{(standard(place) + raised_by) // 100}.{(standard(place) + raised_by) % 100:02}",
            "情景", "默认", keys=(("城乡", "城市"),),
        )
        for place in PLACES
    )  # fmt: skip
    moved: dict[str, Counter[str]] = {}
    winners = losers = gained = lost = 0
    for each in households():
        old = assess(each.facts, DAY, each.place)
        new = assess(each.facts, DAY, each.place, overlay=Overlay(rows))
        for was, now in zip(old.determination.outcomes, new.determination.outcomes, strict=True):
            count = moved.setdefault(was.programme, Counter())
            had, has = was.result == "符合", now.result == "符合"
            count["holders_before"] += had
            count["holders_after"] += has
            count["more"] += had and has and now.monthly > was.monthly
            count["less"] += had and has and now.monthly < was.monthly
            count["fen_before"] += was.monthly
            count["fen_after"] += now.monthly
            heads = 1 if was.holder else len(each.facts.members)
            count["persons_in"] += heads * (has and not had)
            count["persons_out"] += heads * (had and not has)
        net = new.monthly() - old.monthly()
        winners, losers = winners + (net > 0), losers + (net < 0)
        gained, lost = gained + max(net, 0), lost - min(net, 0)
    return moved, (winners, losers, gained, lost)


def test_a_scenario_over_a_registry_is_what_the_counter_says_household_by_household(
    registry, tmp_path
):
    answer = whatif(registry, DAY, [scenario(tmp_path, RAISED)], form="数组")
    effect = answer.effects[0]
    moved, whole = counter_says(10_000)
    assert moved["低保"]["persons_in"] > 0
    for code, count in moved.items():
        found = effect.programmes.get(code)
        told = {name: getattr(found, name) if found else 0 for name in count}
        assert told == dict(count), code
    assert (effect.winners, effect.losers, effect.gained, effect.lost) == whole
    assert sum(effect.bands.values()) == effect.winners + effect.losers


def test_townships_add_up_to_the_programme(registry, tmp_path):
    effect = whatif(registry, DAY, [scenario(tmp_path, RAISED)], form="数组").effects[0]
    for code, whole in effect.programmes.items():
        parts = [moved for (_, each), moved in effect.places.items() if each == code]
        assert len(parts) == 3
        for name in ("holders_after", "households_in", "persons_in", "more", "fen_after"):
            assert sum(getattr(part, name) for part in parts) == getattr(whole, name)


def test_a_change_of_nothing_changes_nothing_and_two_scenarios_do_not_touch_each_other(
    registry, tmp_path
):
    same = scenario(tmp_path, "名称: 原样\n参数:\n  - {参数: 低保标准, 乘: 10000}\n")
    raised = scenario(tmp_path, RAISED)
    both = whatif(registry, DAY, [same, raised, same], form="数组")
    alone = whatif(registry, DAY, [raised], form="数组")
    assert both.effects[1] == alone.effects[0]
    for effect in (both.effects[0], both.effects[2]):
        assert effect.winners == effect.losers == 0
        assert all(each.fen_before == each.fen_after for each in effect.programmes.values())


def test_a_change_in_one_township_moves_nobody_elsewhere(registry, tmp_path):
    text = "名称: 一镇\n参数:\n  - {参数: 低保标准, 地区: '620502', 城乡: 城市, 加: '100.00'}\n"
    effect = whatif(registry, DAY, [scenario(tmp_path, text)], form="数组").effects[0]
    moved = {
        place for (place, _), each in effect.places.items() if each.fen_before != each.fen_after
    }
    assert moved == {"620502001"}


def test_details_hold_every_household_whose_money_changes(registry, tmp_path):
    answer = whatif(
        registry, DAY, [scenario(tmp_path, RAISED)], details=tmp_path / "details", form="数组"
    )
    rows = pl.read_parquet(tmp_path / "details" / "01-提标.parquet")
    assert len(rows) == answer.effects[0].winners + answer.effects[0].losers
    assert (rows["新每月"] - rows["原每月"]).sum() == answer.effects[0].gained


def near_the_line(extra_income: int = 0):
    """A couple one fen below the line, one of them disabled: out of 低保, out of the subsidy."""
    line = standard(PLACES[0]) * 12
    return family(
        person("甲", 转移性收入=line - 12, 其他应计收入=extra_income),
        person(
            "乙", 与申请人关系="配偶", 转移性收入=line, 残疾类别="肢体", 残疾等级="二级",
            长期照护月数=0,
        ),
    )  # fmt: skip


def test_a_household_that_would_lose_by_one_yuan_more_stands_on_a_cliff(tmp_path):
    subsidy = ParameterValue("生活补贴标准", "620521", date(2020, 1, 1), "110.00", "测试用", "默认")
    overlay = Overlay((subsidy,))
    poor = family(person("甲", 转移性收入=standard(PLACES[0]) * 6))
    write_registry(
        tmp_path / "registry",
        [Registered("edge", PLACES[0], near_the_line()), Registered("poor", PLACES[0], poor)],
    )
    answer = whatif(
        tmp_path / "registry", DAY, [], cliffs=(100, 100_00), overlay=overlay, form="数组"
    )
    now = assess(near_the_line(), DAY, PLACES[0], overlay=overlay).monthly()
    then = assess(near_the_line(1_200), DAY, PLACES[0], overlay=overlay).monthly()
    assert (now, then) == (110_00, 0)
    one, hundred = answer.cliffs
    assert (one.households, one.fen, one.largest) == (1, 110_00, 110_00)
    assert one.lost == {"低保": 1, "困难残疾人生活补贴": 1}
    assert (hundred.households, hundred.fen) == (1, 110_00)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("名称: 空", "应有“名称”和“参数”"),
        ("参数: [{参数: 低保线, 加: '1.00'}]", "没有参数“低保线”"),
        ("参数: [{参数: 低保标准}]", "值、加、乘 中的一个"),
        ("参数: [{参数: 低保标准, 加: '1.00', 乘: 10000}]", "值、加、乘 中的一个"),
        ("参数: [{参数: 低保标准, 加: 一百}]", "金额应写成加引号的元"),
        ("参数: [{参数: 低保标准, 城乡: 镇, 加: '1.00'}]", "不在选项"),
        ("参数: [{参数: 低保标准, 年份: 2022, 加: '1.00'}]", "没有“年份”这样的键"),
        ("参数: [{参数: 低保标准, 乘: -1}]", "不小于 0"),
        ("参数: [{参数: 低保标准, 加: 1.5}]", "读不懂"),
        ("- 1", "读不懂"),
    ],
)
def test_a_scenario_that_cannot_be_read_is_refused_with_the_reason(tmp_path, text, why):
    with pytest.raises(ScenarioRefused) as refused:
        scenario(tmp_path, text)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("参数: [{参数: 低保标准, 地区: '11', 加: '1.00'}]", "没有可改的值"),
        ("参数: [{参数: 孤儿养育标准, 加: '1.00'}]", "用不到参数"),
        ("参数: [{参数: 低保标准, 加: '-5000.00'}]", "不在范围"),
    ],
)
def test_a_scenario_that_would_change_nothing_or_too_much_is_refused(registry, tmp_path, text, why):
    with pytest.raises(ScenarioRefused) as refused:
        whatif(registry, DAY, [scenario(tmp_path, text)], programmes=("低保",), form="数组")
    assert why in str(refused.value)
