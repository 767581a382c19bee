"""Every day on which anything changes is complete, and every figure names where it comes from."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from doudi.rules import Overlay, ParameterValue, determine, replay, rules_version
from doudi.rules.book import rulebook
from doudi.rules.tables import MARKS, NATION

from .families import CLEAR_DAY, QINGSHUI, family, person

INDEX = Path(__file__).parents[2] / "docs" / "law" / "index.yaml"
FIRST_LAW = date(2014, 5, 1)
STANDARDS = {"低保标准", "低保分档标准"}
FIRST_THREE = ("低保", "低保边缘", "单人户")
# Figures that only a locality has: no value of the nation, and none is guessed.
LOCAL = STANDARDS | {
    "特困基本生活标准", "特困照料护理标准", "上年人均可支配收入", "孤儿养育标准",
    "生活补贴标准", "护理补贴标准",
}  # fmt: skip
# Figures of one month each: they run out, and the next must be entered.
SERIES = {"居民消费价格同比", "食品价格同比", "低收入居民价格同比", "防返贫监测线"}


def change_days() -> list[date]:
    """Every day on which a rule or parameter changes, with the day before and the day after."""
    # Indices change every month and are tested month by month in test_programmes.
    values = [value for value in rulebook().tables.all_values() if value.name not in SERIES]
    days = {value.since for value in values} | {value.before for value in values if value.before}
    days |= set(rulebook().change_days)
    around = {day + timedelta(step) for day in days for step in (-1, 0, 1)}
    return sorted(day for day in around if day >= FIRST_LAW)


@pytest.mark.parametrize("town", ["城市", "农村"])
@pytest.mark.parametrize("day", change_days(), ids=str)
def test_on_every_day_around_a_change_only_a_standard_may_be_missing(day: date, town: str) -> None:
    household = family(person(出生日期="1970-01-01"), 城乡=town, 评定类别="二类")
    answer = determine(household, day, QINGSHUI, programmes=FIRST_THREE)
    wanting = {want.name for outcome in answer.outcomes for want in outcome.missing}
    assert wanting <= STANDARDS
    assert replay(answer.to_text()).same


def test_from_2018_to_2023_qingshui_lacks_only_the_two_standards_never_found() -> None:
    table = rulebook().tables
    lacking = {
        (year, town)
        for year in range(2018, 2024)
        for town in ("城市", "农村")
        if not isinstance(
            table.find("低保标准", (int(town == "农村"),), QINGSHUI, date(year, 7, 1)),
            ParameterValue,
        )
    }
    assert lacking == {(2018, "农村"), (2023, "城市")}


def documents() -> set[str]:
    return {entry["名称"] for entry in yaml.safe_load(INDEX.read_text(encoding="utf-8"))}


def test_every_document_of_the_index_has_number_date_and_mark() -> None:
    entries = yaml.safe_load(INDEX.read_text(encoding="utf-8"))
    assert [entry for entry in entries if entry["标记"] not in MARKS] == []
    assert [entry for entry in entries if not (entry["文号"] and entry["施行"])] == []
    assert len(documents()) == len(entries)


def test_every_citation_stands_in_the_index() -> None:
    book = rulebook()
    cited = {rule.article.split(" ")[0] for rule in book.rules}
    cited |= {each.article.split(" ")[0] for each in book.tables.parameters.values()}
    cited |= {value.document for value in book.tables.all_values()}
    assert cited - documents() == set()


def test_every_document_of_the_index_is_cited() -> None:
    book = rulebook()
    cited = {rule.article.split(" ")[0] for rule in book.rules}
    cited |= {each.article.split(" ")[0] for each in book.tables.parameters.values()}
    cited |= {value.document for value in book.tables.all_values()}
    assert documents() - cited == set()


def test_every_figure_has_unit_source_mark_and_day_and_defaults_say_so() -> None:
    book = rulebook()
    assert [each.name for each in book.tables.parameters.values() if not each.unit] == []
    for value in book.tables.all_values():
        assert value.document
        assert value.mark in MARKS
        assert (value.mark == "默认") is (value.document == "本项目默认")


def test_every_parameter_but_the_standards_has_a_value_for_the_whole_nation_today() -> None:
    for name, parameter in rulebook().tables.parameters.items():
        if name not in LOCAL | SERIES and not parameter.view_of:
            for keys in parameter.values:
                if NATION in parameter.values[keys]:
                    assert parameter.find(keys, (NATION,), date(2030, 1, 1)) is not None
            assert any(NATION in places for places in parameter.values.values())


def test_a_local_value_wins_at_its_place_and_changes_the_version() -> None:
    local = Overlay(
        (
            ParameterValue(
                "低保标准", QINGSHUI, date(2021, 7, 1), "700.00", "县民政局文件", "已核",
                keys=(("城乡", "城市"),),
            ),
        )
    )  # fmt: skip
    here = determine(family(), CLEAR_DAY, QINGSHUI, overlay=local)
    there = determine(family(), CLEAR_DAY, "620522", overlay=local)
    assert [each.outcomes[0].monthly.yuan() for each in (here, there)] == ["700.00", "623.00"]
    assert here.rules_version == rules_version(local) != rules_version()
    step = next(step for step in here.trace if step.name == "低保标准")
    assert (step.document, step.place, step.since) == ("县民政局文件", QINGSHUI, "2021-07-01")


def test_why_names_the_document_of_every_parameter_it_shows() -> None:
    answer = determine(family(), CLEAR_DAY, QINGSHUI)
    lines = answer.why("低保")
    assert lines[0].text.startswith("低保户 = 符合")
    assert lines[0].article == "社会救助暂行办法 第九条"
    standard = next(line for line in lines if line.text.startswith("低保标准 ="))
    assert "623.00 元/人·月" in standard.text
    assert standard.document == "《甘肃省城乡低保指导标准》，自 2021-01-01 起（已核）"


def test_why_for_one_person_tells_that_persons_own_values_first() -> None:
    other = person("乙", 与申请人关系="配偶", 转移性收入="12000")
    answer = determine(family(person(), other), CLEAR_DAY, QINGSHUI)
    lines = answer.why("单人户", "乙")
    assert lines[0].text.startswith("成员 乙：单人户 =")
    own = [line.text for line in lines if "：本人月收入 =" in line.text]
    assert [text.split("：")[0] for text in own] == ["成员 乙"]
