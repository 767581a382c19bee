"""Another county starts by copying a folder: its figures lie over the shipped ones."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from doudi.rules import CountyRefused, determine, read_county
from doudi.rules.tables import FOLDER

from .families import CLEAR_DAY, QINGSHUI, family

EXAMPLE = Path(__file__).parents[2] / "docs" / "new-county"
HERE = "999901"
HEAD = "地区,城乡,自,至,值,文件,条,标记,注\n"
TOWN = "999901,城市,2022-01-01,"
EDGE = "边缘倍数:\n  历史:\n    "
GOOD = '- {地区: "999901", 自: 2022-01-01, 值: 16000, 文件: 某, 标记: 已核}'


def test_the_example_county_pays_by_its_own_figures_and_the_nations_elsewhere() -> None:
    county = read_county(EXAMPLE)
    answer = determine(family(), date(2022, 8, 1), HERE, overlay=county)
    outcome = answer.outcome("低保")
    assert outcome is not None
    assert outcome.monthly.yuan() == "700.00"
    steps = {step.name: step for step in answer.trace}
    assert (steps["边缘倍数"].shown, steps["边缘倍数"].place) == ("160.00%", HERE)
    assert steps["边缘收入线"].value == 112000
    assert steps["低保最低发放额"].place == "000000"
    elsewhere = determine(family(), CLEAR_DAY, QINGSHUI, overlay=county).outcome("低保")
    assert elsewhere is not None
    assert elsewhere.monthly.yuan() == "623.00"


def test_without_the_folder_the_same_county_lacks_its_standard() -> None:
    outcome = determine(family(), date(2022, 8, 1), HERE).outcome("低保")
    assert outcome is not None
    assert (outcome.result, outcome.missing[0].name) == ("缺资料", "低保标准")


def test_the_shipped_folder_copied_whole_says_what_the_shipped_figures_say(tmp_path: Path) -> None:
    copied = tmp_path / "本县"
    shutil.copytree(FOLDER, copied)
    county = read_county(copied)
    plain = determine(family(), CLEAR_DAY, QINGSHUI)
    again = determine(family(), CLEAR_DAY, QINGSHUI, overlay=county)
    assert again.outcomes == plain.outcomes
    assert again.trace == plain.trace
    assert len(county.values) > 500


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.yaml", "低保标谁:\n  历史: []\n", "a.yaml：没有参数“低保标谁”，是不是“低保标准”"),
        ("a.yaml", f"边缘倍数:\n  单位: 分\n  历史:\n    {GOOD}\n", "“单位”应与通用的相同：万分比"),
        ("a.yaml", "边缘倍数:\n  数: 1\n", "有不认识的栏目“数”"),
        ("a.yaml", "边缘倍数: 16000\n", "下面应写“历史:”"),
        ("a.yaml", "边缘倍数:\n  历史: {值: 1}\n", "“历史”下面每行应写成"),
        ("a.yaml", f"{EDGE}{GOOD}\n    {GOOD}\n", "第 2 行：与a.yaml 的“边缘倍数”第 1 行是同一"),
        ("a.yaml", EDGE + GOOD.replace('16000', '1.6'), "1.6 是小数"),
        ("a.yaml", EDGE + GOOD.replace('16000', '160'), "160 不在范围 10000 到 30000"),
        ("a.yaml", EDGE + GOOD.replace(', 文件: 某', ''), "没有写文件"),
        ("a.yaml", EDGE + GOOD.replace('已核', '真的'), "标记“真的”应为"),
        ("a.yaml", EDGE + GOOD.replace('2022-01-01', '七月'), "“七月”不是日期"),
        ("a.yaml", EDGE + GOOD.replace('2022-01-01', '2022-13-01'), "日历上没有"),
        ("a.yaml", EDGE + GOOD.replace('地区: "999901", ', ''), "没有写“地区”"),
        ("a.yaml", "边缘倍数: {历史: [\n", "a.yaml 第 2 行：格式不对"),
        ("a.yaml", "边缘倍数:\n  表: 没有.csv\n", "同一目录里没有表“没有.csv”"),
        ("a.yaml", "边缘倍数:\n  表: ../a.csv\n", "同一目录里没有表"),
        ("a.yaml", "城市低保标准:\n  历史: []\n", "它取自“低保标准”，请改那一项"),
        ("a.yaml", "- 一行\n", "应是“名称: 内容”的列表"),
        ("标准.csv", HEAD, "没有参数“标准”"),
        ("低保标准.csv", HEAD + TOWN + ",七百,某,,已核,\n", "第 2 行：金额应写成加引号的元"),
        ("低保标准.csv", HEAD + "999901,城关,2022-01-01,,7.00,某,,已核,\n", "“城关”不在选项"),
        ("低保标准.csv", HEAD + TOWN + "700.00,某\n", "格数与第一行的栏目不一样多"),
        ("低保标准.csv", "地区,城乡,自,价\n999901,城市,2022-01-01,7\n", "有不认识的栏目"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_row_and_what_to_write(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(CountyRefused) as refused:
        read_county(tmp_path)
    assert says in str(refused.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("甲甲甲: {}\n乙乙乙: {}\n", encoding="utf-8")
    (tmp_path / "丙丙丙.csv").write_text(HEAD, encoding="utf-8")
    with pytest.raises(CountyRefused, match="有 3 处要改") as refused:
        read_county(tmp_path)
    assert len(str(refused.value).splitlines()) == 4


def test_a_folder_that_is_not_there_or_empty_or_not_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(CountyRefused, match="没有这个目录"):
        read_county(tmp_path / "无")
    with pytest.raises(CountyRefused, match="里面没有"):
        read_county(tmp_path)
    (tmp_path / "低保标准.csv").write_bytes((HEAD + "999901,城市").encode("gb18030"))
    (tmp_path / "a.yaml").write_bytes("边缘倍数: 1".encode("gb18030"))
    with pytest.raises(CountyRefused, match="UTF-8") as refused:
        read_county(tmp_path)
    assert str(refused.value).count("不是 UTF-8") == 2
