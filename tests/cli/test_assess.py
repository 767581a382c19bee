"""``doudi assess`` and ``doudi parameters``: files in, answers out, mistakes by their line."""

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml

from doudi.cli.main import main
from doudi.rules import assess
from tests.rules.families import CASES, family_of, overlay_of, read_cases

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "assess.md"
NOTHING = "工资性收入: 0, 经营净收入: 0, 财产净收入: 0, 转移性收入: 0"
PROPERTY = "金融资产: 0, 住房套数: 1, 机动车数: 0, 经营企业数: 0, 非居住房产数: 0"
ONE = f"""名称: 一户
日期: 2021-08-01
地区: 620521
家庭: {{城乡: 城市, {PROPERTY}}}
成员:
  - {{称呼: 甲, 编号: P1, 与申请人关系: 本人, 出生日期: 1975-05-05, {NOTHING}}}
"""


@pytest.fixture
def ask(tmp_path, capsys):
    """Assess a text; gives exit code, what was said and what was complained about."""

    def asked(text: str, *options: str) -> tuple[int, str, str]:
        path = tmp_path / "户.yaml"
        path.write_text(text, encoding="utf-8")
        code = main(["assess", str(path), *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return asked


@pytest.fixture
def ask_json(ask):
    def asked(text: str, *options: str) -> tuple[int, list[dict]]:
        code, out, _ = ask(text, "--json", *options)
        return code, json.loads(out)["households"]

    return asked


# The cases of the references, and all others.


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_worked_case_gives_what_it_expects_by_the_command(path, capsys):
    code = main(["assess", str(path), "--json"])
    told = json.loads(capsys.readouterr().out)["households"]
    assert [each["name"] for each in told if not each["expected"]["same"]] == []
    assert len(told) == len(yaml.safe_load(path.read_text(encoding="utf-8"))["算例"])
    assert code == (3 if any(each["assessment"]["blocked"] for each in told) else 0)


def test_the_json_is_the_assessment_of_the_rules_with_its_trace(capsys):
    path = CASES / "dibao.yaml"
    main(["assess", str(path), "--json"])
    told = {each["name"]: each for each in json.loads(capsys.readouterr().out)["households"]}
    checked = 0
    for name, usual, case in read_cases():
        if name in told:
            whole = assess(
                family_of(usual, case), case["日期"], case["地区"], overlay=overlay_of(case)
            )
            assert told[name]["assessment"] == json.loads(json.dumps(whole.as_json()))
            trace = [step.as_json() for step in whole.determination.trace]
            assert told[name]["determination"]["trace"] == json.loads(json.dumps(trace))
            checked += 1
    assert checked > 20


def test_a_case_that_expects_something_else_is_told_and_exits_with_one(ask):
    code, out, _ = ask(ONE + '期望: {低保: [符合, "622.00"], 人均收入: "0.00", 困难层次: 低保}\n')
    assert code == 1
    assert "低保：期望 符合 622.00，测算 符合 623.00" in out
    assert "人均收入：" not in out


def test_the_example_of_the_page_is_assessed_as_the_page_says(ask, ask_json):
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    code, told = ask_json(blocks[0], "--only", "低保")
    assert code == 0
    paid = [
        each["monthly_fen"]
        for household in told
        for each in household["assessment"]["awards"]
        if each["programme"] == "低保"
    ]
    assert paid == [98900, 56700]
    text = ONE + blocks[1]
    code, told = ask_json(text, "--only", "低保")
    assert told[0]["assessment"]["awards"][0]["monthly_fen"] == 70000


# How things may be written.


def test_money_without_quotes_is_yuan_and_never_fen(ask_json):
    for written in ("1200", "1200.00", '"1200.0"'):
        _, told = ask_json(ONE.replace("转移性收入: 0", f"转移性收入: {written}"))
        assert told[0]["assessment"]["awards"][0]["monthly_fen"] == 62300 - 10000


def test_a_loss_from_business_may_be_written_with_a_minus(ask_json):
    text = ONE.replace("经营净收入: 0", "经营净收入: -1200.50")
    _, told = ask_json(text, "--why", "经营净收入:甲")
    assert "-1200.50" in told[0]["why"]["经营净收入:甲"][0]["text"]


def test_members_may_be_a_list_or_named(ask_json):
    named = ONE.replace("- {称呼: 甲, 编号: P1, ", "甲: {")
    assert ask_json(ONE) == ask_json(named)


def test_several_households_and_several_documents_are_read_in_order(ask_json):
    second = ONE.replace("一户", "二户")
    text = ONE + "---\n" + second
    assert [each["name"] for each in ask_json(text)[1]] == ["一户", "二户"]
    listed = yaml.safe_dump([yaml.safe_load(ONE), yaml.safe_load(second)], allow_unicode=True)
    assert [each["name"] for each in ask_json(listed)[1]] == ["一户", "二户"]


@pytest.mark.parametrize("unknown", ["未知", "", "~", '""'])
def test_unknown_is_missing_and_never_zero_and_exits_with_three(ask, unknown):
    code, out, _ = ask(ONE.replace("转移性收入: 0", f"转移性收入: {unknown}"))
    assert code == 3
    assert "还缺" in out
    assert re.search(r"甲.*转移性收入.*低保", out)


def test_a_missing_fact_of_a_programme_that_is_not_asked_for_does_not_matter(ask):
    text = ONE.replace("1975-05-05", "1950-05-05")
    assert ask(text)[0] == 3
    assert ask(text, "--only", "低保")[0] == 0


def test_figures_of_the_file_are_laid_over_the_shipped_ones(ask_json):
    for written in (
        "参数: {低保标准: 700}\n",
        "参数:\n  - {名: 低保标准, 城乡: 城市, 自: 2021-07-01, 值: 700.00}\n",
        "地方参数:\n  - {名: 低保标准, 城乡: 城市, 自: 2021-07-01, 值: '700.00', 地区: '620521',"
        " 文件: 某通知, 标记: 已核}\n",
    ):
        _, told = ask_json(ONE + written)
        assert told[0]["assessment"]["awards"][0]["monthly_fen"] == 70000
        assert (
            told[0]["assessment"]["rules_version"]
            != ask_json(ONE)[1][0]["assessment"]["rules_version"]
        )


# What is printed.


def test_the_table_says_programme_holder_result_amount_and_reasons(ask):
    code, out, _ = ask(ONE)
    assert code == 0
    line = next(line for line in out.splitlines() if line.startswith("低保 "))
    assert re.match(
        r"低保 +全家 +符合 +每月 623\.00 +月人均收入 0\.00 元/人·月，低于当地低保标准", line
    )
    assert "每月合计 623.00 元" in out
    assert "互相排斥\n  低保边缘（全家）：因低保，已符合低保条件，不另认定" in out


def test_referrals_are_printed_with_the_department(ask):
    _, out, _ = ask(ONE.replace("转移性收入: 0", "转移性收入: 0, 自付医疗费: 2400"))
    assert "医疗救助（甲）→ 医保部门：" in out


def test_why_is_a_tree_with_articles_and_documents(ask):
    _, out, _ = ask(ONE, "--why", "低保")
    assert re.search(r"^  低保户 = 符合.*［社会救助暂行办法 第九条］$", out, re.MULTILINE)
    assert re.search(r"^      低保标准 = 623\.00 元.*《甘肃省城乡低保指导标准》", out, re.MULTILINE)


def test_why_takes_a_person_and_any_name_of_the_trace(ask):
    code, out, _ = ask(ONE, "--why", "特困：P1", "--why", "低保金", "--why", "人均收入")
    assert code == 0
    assert re.search(r"为什么：特困：P1\n  成员 甲：", out)
    assert "为什么：低保金\n  低保金 = 623.00 元/月" in out
    assert "为什么：人均收入\n  人均收入 = 0.00 元/人·月" in out


def test_what_if_shows_before_and_after_of_what_changes(ask, ask_json):
    with_car = ONE.replace("机动车数: 0", "机动车数: 1")
    code, out, _ = ask(with_car, "--what-if", "机动车数=0", "--what-if", "P1.转移性收入=1200.00")
    assert code == 0
    assert "低保（全家）：不符合 → 符合 每月 523.00 元" in out
    assert "每月合计（全家）：0.00 元 → 523.00 元" in out
    told = ask_json(with_car, "--what-if", "低保标准=700", "--what-if", "机动车数=0")[1][0]
    assert told["what_if"]["assessment"]["monthly_fen"] == 70000
    assert told["assessment"]["monthly_fen"] == 0


def test_what_if_that_changes_nothing_says_so(ask):
    assert "结论和金额都没有变化" in ask(ONE, "--what-if", "金融资产=100")[1]


def test_a_refusal_names_the_nearest_change_that_turns_it(ask):
    _, out, _ = ask(ONE.replace("机动车数: 0", "机动车数: 1"))
    assert "低保（全家）：机动车数由 1 辆 降到 0 辆，就符合" in out
    # 12 x 623.00 is the standard itself, which is not below it.
    _, out, _ = ask(ONE.replace("转移性收入: 0", "转移性收入: 7476.00"))
    assert "成员 甲 的转移性收入由 7476.00 元 降到 7475.99 元，就符合" in out


# What is refused.


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("城乡: 城市", "城乡: 城关", 4, "家庭的“城乡”：看不懂“城关”，应填：城市、农村"),
        ("机动车数: 0", "机动车量: 0", 4, "没有这项资料，是不是“机动车数”"),
        ("机动车数: 0", "机动车数: 一", 4, "“一”不是整数（单位：辆）"),
        ("机动车数: 0", "机动车数: 1, 工资性收入: 0", 4, "这是成员的资料，请移过去"),
        ("机动车数: 0", "机动车数: [1]", 4, "只能写一个值"),
        ("金融资产: 0", "金融资产: 1万", 4, "“1万”不是金额；应写成元，如 1440.00"),
        ("金融资产: 0", "金融资产: 1.005", 4, "“1.005”不是金额"),
        ("金融资产: 0", "金融资产: -5", 4, "-5 元不在 0.00 到 1000000000.00 元之间"),
        ("1975-05-05", "1975-02-29", 6, "1975-02-29 日历上没有这一天"),
        ("1975-05-05", "1975/5/5", 6, "“1975/5/5”不是日期，应写成 1965-03-12 这样"),
        ("1975-05-05", "2021-08-02", 6, "出生日期 2021-08-02 晚于“日期”2021-08-01"),
        ("日期: 2021-08-01", "日期: 2021-13-01", 2, "2021-13-01 日历上没有这一天"),
        ("日期: 2021-08-01", "日期: 八月", 2, "“日期”的“八月”不是日期"),
        ("地区: 620521", "地区: 清水县", 3, "地区“清水县”不是 6、9 或 12 位区划代码"),
        ("地区: 620521\n", "", 1, "没有写“地区”"),
        ("家庭:", "户:", 1, "“名称”写在了各户之外"),
        ("家庭:", "家廷:", 4, "不认识“家廷”，是不是“家庭”"),
        ("称呼: 甲, 编号: P1, ", "", 6, "有一位成员没有写“称呼”"),
        ("城乡: 城市", "城乡: 城市, 城乡: 农村", 4, "家庭的“城乡”写了两次"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_what_to_write(ask, before, after, line, words):
    assert before in ONE
    code, _, err = ask(ONE.replace(before, after, 1))
    assert code == 2
    assert f"第 {line} 行：" in err
    assert words in err


def test_all_mistakes_are_told_at_once_and_the_other_household_is_assessed(ask, ask_json):
    bad = ONE.replace("城乡: 城市", "城乡: 城关").replace("1975-05-05", "1975-5-5")
    code, out, err = ask(bad + "---\n" + ONE)
    assert code == 2
    assert "一户：有 2 处要改。" in err
    assert "每月合计 623.00 元" in out
    _, told = ask_json(bad + "---\n" + ONE)
    assert told[0]["problem"]["code"] == "assess.household_refused"
    assert told[1]["assessment"]["monthly_fen"] == 62300


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("日期：2021-08-01\n地区: 620521\n", 2, "全角冒号"),
        ("家庭:\n\t城乡: 城市\n", 2, "制表符"),
        ("家庭: {城乡: 城市\n成员: 一\n", 2, "大括号没有成对"),
        ('名称: "张家\n', 2, "引号没有成对"),
        ("", 1, "里面一户也没有"),
        ("只是一句话\n", 1, "应写一户"),
        ("[" * 5000, 1, "套得太深"),
        ("名称: \x01\n", 1, "控制字符"),
    ],
)
def test_text_that_is_not_yaml_is_told_by_its_line(ask, text, line, words):
    code, _, err = ask(text)
    assert code == 2
    assert f"第 {line} 行" in err
    assert words in err


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path, capsys):
    assert main(["assess", str(tmp_path / "无.yaml")]) == 2
    assert "没有这个文件" in capsys.readouterr().err
    (tmp_path / "gbk.yaml").write_bytes(ONE.encode("gb18030"))
    assert main(["assess", str(tmp_path / "gbk.yaml")]) == 2
    assert "不是 UTF-8 编码" in capsys.readouterr().err
    assert main(["assess", str(tmp_path)]) == 2
    assert "这是目录" in capsys.readouterr().err


def test_a_day_before_all_rules_is_told_for_its_household(ask):
    code, _, err = ask(ONE.replace("2021-08-01", "2001-08-01"))
    assert code == 2
    assert "一户（第 1 行）：2001-08-01 没有可适用的规则。" in err


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--why", "底保", "这次测算里没有“底保”，是不是“低保”"),
        ("--why", "特困:乙", "没有“乙”，成员有：甲"),
        ("--only", "低保金额", "没有这个项目，是不是“低保”"),
        ("--what-if", "机动车数", "应写成 名称=值"),
        ("--what-if", "人均收人=100", "没有这项资料、参数或算出来的值，是不是“人均收入”"),
        ("--what-if", "人均收入=未知", "假设的值不能是未知"),
        ("--what-if", "人均收入=五百", "“五百”不是金额"),
        ("--what-if", "本人月收入=100", "请写成 甲.本人月收入=值"),
        ("--what-if", "低保户=可以", "应填：符合、需复核、不符合"),
        ("--what-if", "刚性支出困难家庭=符合", "2021-08-01 没有这个名称的规则"),
        ("--what-if", "转移性收入=100", "请写成 甲.转移性收入=值"),
        ("--what-if", "乙.转移性收入=100", "可以写的有：甲"),
        ("--what-if", "甲.机动车数=1", "“机动车数”是全家的，前面不写人"),
        ("--what-if", "甲.人均收入=1", "“人均收入”是全家的，前面不写人"),
        ("--what-if", "机动车数=多", "“多”不是整数"),
        ("--what-if", "低保标准=7.5元", "金额应写成"),
    ],
)
def test_an_option_that_does_not_fit_is_told(ask, option, value, words):
    code, _, err = ask(ONE, option, value)
    assert code == 2
    assert words in err


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("参数: {低保标谁: 700}\n", "没有这个参数"),
        ("参数: {低保标准: 七百}\n", "金额应写成"),
        ("参数: {护理补贴标准: 100}\n", "它按“残疾类别”取值"),
        ("参数:\n  - {名: 低保标准, 自: 2021-07-01, 值: 700}\n", "键应为 ['城乡']"),
        ("参数:\n  - {名: 低保标准, 值: 700}\n", "没有写“自”"),
        ("参数:\n  - {名: 低保标准, 自: 七月, 值: 700}\n", "应写成 2021-08-01 这样的日期"),
        ("义务人:\n  - {称呼: 子, 属于: [丙], 义务人关系: 子女}\n", "没有成员“丙”"),
        ("义务人:\n  - {称呼: 子, 义务人关系: 子女}\n", "没有成员“（空）”"),
    ],
)
def test_a_figure_or_obligor_that_does_not_fit_is_told_with_its_line(ask, written, words):
    code, _, err = ask(ONE + written)
    assert code == 2
    assert re.search(r"第 [78] 行：", err)
    assert words in err


# Figures in force.


def figures(capsys, *options):
    assert main(["parameters", "--json", *options]) == 0
    return json.loads(capsys.readouterr().out)


def test_figures_are_those_of_the_nearest_place_on_the_day_with_document_and_mark(capsys):
    told = figures(capsys, "--place", "620521", "--on", "2022-06-01")
    town = next(
        row for row in told if row["name"] == "低保标准" and row["keys"] == {"城乡": "城市"}
    )
    assert (town["shown"], town["place"]) == ("673.00 元/人月", "620000")
    assert (town["since"], town["before"]) == ("2022-01-01", "2023-01-01")
    assert town["document"] == "甘肃省城乡低保指导标准"
    assert town["mark"] in ("已核", "记忆")


def test_missing_lists_exactly_what_has_no_value_there(capsys):
    where = ("--place", "620521", "--on", "2022-06-01")
    whole, missing = figures(capsys, *where), figures(capsys, *where, "--missing")
    assert [row for row in whole if row["value"] is None] == missing
    assert {"生活补贴标准", "防返贫监测线"} <= {row["name"] for row in missing}
    assert main(["parameters", *where, "--missing"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^生活补贴标准 +缺", out, re.MULTILINE)
    assert f"没有值的 {len(missing)} 项" in out


def test_the_day_of_today_is_that_of_the_clock(capsys):
    from doudi.kernel.clock import business_at

    with business_at(date(2021, 8, 1)):
        told = figures(capsys, "--place", "620521")
    shown = {row["shown"] for row in told if row["name"] == "低保标准"}
    assert "623.00 元/人月" in shown


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--on", "六月"), "“六月”不是日期"),
        (("--place", "清水"), "不是 6、9 或 12 位区划代码"),
        (("--on", "1990-01-01"), "没有可适用的规则"),
    ],
)
def test_a_place_or_day_that_cannot_be_read_is_told(capsys, options, words):
    assert main(["parameters", *options]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("command", ["assess", "parameters"])
def test_neither_django_nor_a_database_driver_is_loaded(tmp_path, command):
    path = tmp_path / "户.yaml"
    path.write_text(ONE, encoding="utf-8")
    arguments = ["assess", str(path)] if command == "assess" else ["parameters"]
    code = (
        "import sys; from doudi.cli.main import main; "
        f"assert main({arguments!r}) == 0; "
        "assert not {'django', 'psycopg', 'numpy'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr
