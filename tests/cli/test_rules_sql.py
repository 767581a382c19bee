"""``doudi rules-sql``: the text runs as it comes out, and says what the counter says."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from doudi.cli.main import main
from doudi.rules import determine
from doudi.rules.batch.writing import Registered, write_registry
from tests.rules.families import QINGSHUI, family, person

DAY = "2022-06-01"


def told(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    code = main(["rules-sql", "--on", DAY, *options])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_query_pays_what_the_counter_pays(tmp_path: Path, capsys) -> None:
    wife = person("乙", 与申请人关系="配偶", 工资性收入="1200.00", 工资为净额=True)
    household = family(person(), wife)
    write_registry(tmp_path / "库", [Registered("1", QINGSHUI, household)])
    connection = duckdb.connect()
    columns = []
    for name in ("households", "persons"):
        connection.execute(f"create view {name} as from '{tmp_path}/库/{name}.parquet'")
        columns += [row[0] for row in connection.execute(f"describe {name}").fetchall()]
    facts = ",".join(name for name in columns if name not in ("户号", "人号", "地区"))
    code, sql, _ = told(
        capsys, "--programme", "低保", "--places", f"{QINGSHUI},620502", "--columns", facts
    )
    assert code == 0
    found = connection.execute(sql).fetchall()
    outcome = determine(household, date.fromisoformat(DAY), QINGSHUI).outcome("低保")
    assert outcome is not None
    assert outcome.result == "符合"
    assert found == [("1", None, 0, int(outcome.monthly))]


def test_the_head_says_which_tables_are_read_and_which_figures_lack(capsys) -> None:
    code, sql, _ = told(capsys, "--places", "110101", "--programme", "低保")
    assert code == 0
    assert sql.startswith(f"-- {DAY} 的规定，rules-")
    assert "-- 读 owing" in sql
    assert "低保标准" in next(line for line in sql.splitlines() if "没有值的参数" in line)
    _, plain, _ = told(capsys, "--places", QINGSHUI, "--programme", "低保", "--columns", "城乡")
    assert "obligors" not in plain


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--places", QINGSHUI, "--columns", "城市乡村,城"), "这些项目不问“城市乡村”"),
        (("--places", QINGSHUI, "--programme", "低包"), "“低包”"),
        (("--places", "清水"), "地区“清水”不是"),
        (("--places", "620521' or '1'='1"), "不是 6、9 或 12 位区划代码"),
        (("--places", ""), "不是 6、9 或 12 位区划代码"),
    ],
)
def test_what_cannot_be_used_is_said(capsys, options: tuple[str, ...], said: str) -> None:
    code, out, complaint = told(capsys, *options)
    assert (code, out) == (2, "")
    assert said in complaint


def test_the_query_for_a_machine_is_json(capsys) -> None:
    code, out, _ = told(capsys, "--places", QINGSHUI, "--dialect", "spark", "--json")
    assert code == 0
    assert "`低保户`" in json.loads(out)["sql"]
