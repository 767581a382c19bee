"""`doudi assess` month by month, with suppositions, as HTML and with a county's own figures."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from doudi.cli.main import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "assess.md").read_text(encoding="utf-8")
COUNTY = ROOT / "docs" / "new-county"
NOTHING = "工资性收入: 0, 经营净收入: 0, 财产净收入: 0, 转移性收入: 0"
PROPERTY = "金融资产: 0, 住房套数: 1, 机动车数: 0, 经营企业数: 0, 非居住房产数: 0"
ONE = f"""名称: 一户
日期: 2022-01-01
地区: 620521
家庭: {{城乡: 城市, {PROPERTY}}}
成员:
  - {{称呼: 甲, 编号: P1, 与申请人关系: 本人, 出生日期: 1975-05-05, {NOTHING}}}
"""
WORK = "- {自: 2022-02, 家庭: {因就业超标: 是}, 成员: {P1: {工资性收入: 9600, 工资为净额: 是}}}\n"
TAPER = ("--only", "低保", "--only", "低保渐退")
SPRING = ("--since", "2022-01", "--before", "2022-05")


@pytest.fixture
def ask(tmp_path, capsys):
    """Assess a text, perhaps with a text of corrections; gives exit code, said, complained."""

    def asked(text: str, *options: str, correct: str = "") -> tuple[int, str, str]:
        path = tmp_path / "户.yaml"
        path.write_text(text, encoding="utf-8")
        if correct:
            (tmp_path / "更正.yaml").write_text(correct, encoding="utf-8")
            options = (*options, "--correct", str(tmp_path / "更正.yaml"))
        code = main(["assess", str(path), *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return asked


def blocks(kind: str) -> list[str]:
    """The worked example of the page: its blocks of a kind, below the heading."""
    part = PAGE.split("## Month by month\n")[1].split("\n## ")[0]
    return re.findall(rf"```{kind}\n(.*?)```", part, re.DOTALL)


# Month by month.


def test_the_example_of_the_page_prints_what_the_page_says(ask):
    household, correction = blocks("yaml")
    code, out, _ = ask(household, "--since", "2022-01", "--before", "2022-09", *TAPER)
    assert code == 0
    assert blocks("text")[0].strip() in out
    code, out, _ = ask(
        household, "--since", "2022-01", "--before", "2022-11", *TAPER, correct=correction
    )
    assert code == 0
    told = re.findall(r"`(应补发 .*? 元，应追缴 .*? 元)`", PAGE)
    assert len(told) == 1
    assert told[0] in out
    assert "为什么：第一个不同的月份是 2022-03" in out
    assert "刘一 的工资性收入：9600.00 元（核算期合计） → 0.00 元（核算期合计）" in out


def test_the_json_has_each_month_with_what_was_carried_into_it(ask):
    _, out, _ = ask(f"{ONE}变化:\n  {WORK}", *SPRING, "--json")
    months = json.loads(out)["households"][0]["months"]
    assert [each["month"] for each in months] == ["2022-01", "2022-02", "2022-03", "2022-04"]
    carried = [
        {each["name"]: each["value"] for each in month["carried"] if not each["holder"]}
        for month in months
    ]
    assert [each.get("渐退第几个月") for each in carried] == [None, 1, 2, 3]
    assert carried[1]["渐退前保障金"] == 67300


def test_the_json_of_a_correction_has_lines_sums_and_the_first_month(ask):
    correct = "自: 2022-03\n成员: {甲: {转移性收入: 1200}}\n"
    _, out, _ = ask(ONE, *SPRING, "--json", correct=correct)
    told = json.loads(out)["households"][0]["reassessed"]
    assert told["net_fen"] == -20000
    assert told["to_recover_fen"] == 20000
    assert {line["month"] for line in told["differences"]} == {"2022-03", "2022-04"}
    assert told["first"]["month"] == "2022-03"
    assert told["first"]["facts"] == [
        {
            "holder": "甲", "name": "转移性收入",
            "before": "0.00 元（核算期合计）", "after": "1200.00 元（核算期合计）",
        }
    ]  # fmt: skip


def test_a_correction_that_changes_nothing_says_so(ask):
    _, out, _ = ask(ONE, *SPRING, correct="更正:\n  - {自: 2022-03, 家庭: {金融资产: 100}}\n")
    assert "各月的结论和金额都没有变化" in out


def test_someone_who_joins_or_leaves_may_be_corrected_by_his_name(ask):
    child = f"{{称呼: 孩, 与申请人关系: 子女, 出生日期: 2022-01-20, {NOTHING}}}"
    correct = f"- {{自: 2022-02, 加入: [{child}]}}\n- {{自: 2022-03, 离开: [孩]}}\n"
    code, out, _ = ask(ONE, *SPRING, "--only", "低保", correct=correct)
    assert code == 0
    assert "应补发 673.00 元" in out


def test_what_cannot_be_decided_is_in_no_sum_and_the_command_exits_with_three(ask):
    correct = "自: 2022-03\n至: 2022-04\n成员: {甲: {转移性收入: 未知}}\n"
    code, out, _ = ask(ONE, *SPRING, "--only", "低保", correct=correct)
    assert code == 3
    assert re.search(r"2022-03  低保 .*缺资料  未定    未定", out)
    assert "还不能定的有 1 项（2022-03），没有计入合计" in out
    known = f"{ONE}变化: {{自: 2022-03, 成员: {{甲: {{转移性收入: 未知}}}}}}\n"
    code, out, _ = ask(known, *SPRING, "--only", "低保")
    assert code == 3
    assert "0.00（另有未定）" in out


def test_a_file_with_changes_and_no_months_is_assessed_as_it_was_on_its_day(ask):
    text = f"{ONE}变化:\n  {WORK}"
    assert "每月合计 673.00 元" in ask(text)[1]
    assert "每月合计 0.00 元" in ask(text.replace("日期: 2022-01-01", "日期: 2022-03-01"))[1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--since", "2022-01"), "--since 和 --before（不含）要一起写"),
        (("--before", "2022-01"), "--since 和 --before（不含）要一起写"),
        (("--since", "一月", "--before", "2022-05"), "应写成 2022-01 这样的月份"),
        (("--since", "2022-05", "--before", "2022-05"), "截止月应晚于起始月"),
        (("--since", "1950-01", "--before", "2022-05"), "最多算 600 个月"),
        (("--since", "2010-01", "--before", "2010-05"), "没有可适用的规则"),
        (("--correct", "无.yaml"), "要写明重算哪几个月"),
        ((*SPRING, "--correct", "无.yaml"), "没有这个文件"),
        ((*SPRING, "--why", "低保"), "逐月测算时不能用"),
        ((*SPRING, "--what-if", "机动车数=1"), "逐月测算时不能用"),
        ((*SPRING, "--html"), "逐月测算时不能用"),
        ((*SPRING, "--only", "底保"), "没有这个项目，是不是“低保”"),
    ],
)
def test_an_option_of_months_that_does_not_fit_is_told(ask, options, words):
    code, _, err = ask(ONE, *options)
    assert code == 2
    assert words in err


@pytest.mark.parametrize(
    ("correct", "line", "words"),
    [
        ("更正:\n  - {家庭: {机动车数: 1}}\n", 2, "没有写“自”"),
        ("更正:\n  - {自: 三月, 家庭: {机动车数: 1}}\n", 2, "“自”的“三月”应写成 2022-03"),
        ("自: 2022-02\n至: 2022-02\n家庭: {机动车数: 1}\n", 2, "应晚于“自”"),
        ("自: 2022-02\n", 1, "没有写什么变了"),
        ("自: 2022-02\n成员:\n  乙: {转移性收入: 1}\n", 3, "这户没有成员“乙”，有：甲"),
        ("自: 2022-02\n离开: [乙]\n", 2, "这户没有成员“乙”"),
        ("自: 2022-02\n义务人: {子: {义务人财产: 符合}}\n", 2, "这户没有义务人“子”，有：没有人"),
        ("自: 2022-02\n家庭: {机动车量: 1}\n", 2, "没有这项资料，是不是“机动车数”"),
        ("自: 2022-02\n加廷: {}\n", 2, "不认识“加廷”，是不是"),
        ("自: 2022-02\n加入: [{称呼: 甲, 出生日期: 2022-01-01}]\n", 2, "“甲”写了两次"),
        ("只是一句话\n", 1, "应写成“名称: 值”"),
        ("", 1, "里面一项更正也没有"),
    ],
)
def test_a_mistake_in_a_correction_is_told_with_its_line(ask, tmp_path, correct, line, words):
    (tmp_path / "更正.yaml").write_text(correct, encoding="utf-8")
    code, _, err = ask(ONE, *SPRING, "--correct", str(tmp_path / "更正.yaml"))
    assert code == 2
    assert words in err
    assert f"第 {line} 行" in err


def test_a_mistake_in_the_changes_of_a_household_is_told_with_its_line(ask):
    code, _, err = ask(f"{ONE}变化:\n  - {{自: 2022-02, 成员: {{乙: {{转移性收入: 1}}}}}}\n")
    assert code == 2
    assert "第 8 行：这户没有成员“乙”，有：甲" in err


def test_a_correction_is_for_one_household(ask):
    code, _, err = ask(f"{ONE}---\n{ONE}", *SPRING, correct=WORK)
    assert code == 2
    assert "请把这一户单独写成一个文件" in err


# Suppositions.


def test_a_computed_value_may_be_supposed_and_is_never_taken_for_a_decision(ask):
    unknown = ONE.replace("转移性收入: 0", "转移性收入: 未知")
    code, out, _ = ask(
        unknown, "--only", "低保", "--what-if", "人均收入=500.00", "--why", "低保"
    )  # fmt: skip
    assert code == 3
    assert "如果 人均收入=500.00（含假设的值，只供参考，不能作为决定）" in out
    assert "低保（全家）：缺资料 → 符合 每月 173.00 元" in out
    assert re.search(r"人均收入 = 500\.00 元\S*　（假设的值，不是算出来的）", out)
    _, out, _ = ask(unknown, "--what-if", "人均收入=500.00", "--json")
    told = json.loads(out)["households"][0]
    assert told["what_if"]["hypothetical"]
    assert told["what_if"]["determination"]["supposed"] == [
        {"name": "人均收入", "holder": "", "value": 50000}
    ]
    assert "hypothetical" not in told["determination"]


def test_a_changed_fact_is_no_supposition(ask):
    _, out, _ = ask(ONE, "--what-if", "机动车数=1", "--json")
    assert not json.loads(out)["households"][0]["what_if"]["hypothetical"]


def test_a_value_of_one_person_may_be_supposed(ask):
    _, out, _ = ask(ONE, "--only", "低保", "--what-if", "P1.本人收入=1200.00")
    assert "低保（全家）：符合 每月 673.00 元 → 符合 每月 573.00 元" in out


# A piece of a page.


def test_the_html_holds_every_programme_escaped_and_nothing_that_runs(ask):
    text = ONE.replace("名称: 一户", "名称: <script>alert(1)</script>")
    code, out, _ = ask(text, "--html", "--only", "低保", "--only", "单人户")
    assert code == 0
    assert "<script" not in out
    assert "&lt;script&gt;" in out
    assert re.findall(r"<h3>(.*?)</h3>", out) == ["低保（全家）", "单人户（甲）"]
    assert "<cite>社会救助暂行办法 第九条</cite>" in out
    assert " style=" not in out
    _, out, _ = ask(text, "--html", "--only", "低保", "--json")
    assert json.loads(out)["households"][0]["html"].startswith('<article class="assessment">')


# A county's own figures.


def test_a_countys_folder_lies_over_the_shipped_figures_and_under_those_of_the_file(ask):
    here = ONE.replace("620521", "999901")
    assert ask(here, "--only", "低保")[0] == 3
    county = ("--parameters", str(COUNTY), "--only", "低保")
    assert "每月 700.00" in ask(here, *county)[1]
    assert "每月 650.00" in ask(f"{here}参数: {{低保标准: 650}}\n", *county)[1]
    months = ("--since", "2022-12", "--before", "2023-02")
    assert re.search(r"2022-12  700\.00.*\n2023-01  730\.00", ask(here, *county, *months)[1])


def test_the_figures_in_force_know_the_folder_too(capsys):
    where = ("--place", "999901", "--on", "2022-06-01", "--missing", "--json")
    lacking = []
    for folder in ((), ("--parameters", str(COUNTY))):
        assert main(["parameters", *where, *folder]) == 0
        lacking.append({row["name"] for row in json.loads(capsys.readouterr().out)})
    assert lacking[0] - lacking[1] == {"低保标准"}
    assert lacking[1] <= lacking[0]


@pytest.mark.parametrize("command", [["assess", "户.yaml"], ["parameters"]])
def test_a_folder_that_cannot_be_used_is_told(ask, tmp_path, capsys, command):
    (tmp_path / "a.yaml").write_text("低保标谁: {}\n", encoding="utf-8")
    if command[0] == "assess":
        code, _, err = ask(ONE, "--parameters", str(tmp_path / "无"))
        assert (code, "没有这个目录" in err) == (2, True)
    else:
        code = main([*command, "--parameters", str(tmp_path)])
        assert (code, "是不是“低保标准”" in capsys.readouterr().err) == (2, True)
