"""``doudi registry``, ``decide`` and ``whatif``: a registry in, answers out, without a database."""

import json
from pathlib import Path

import polars as pl
import pytest

from doudi.cli.main import main
from tests.rules.families import CASES

RAISED = "名称: 提标一百\n参数:\n  - {参数: 低保标准, 加: '100.00'}\n"
DAY = ("--on", "2022-06-01")


@pytest.fixture
def registry(tmp_path, capsys) -> Path:
    folder = tmp_path / "登记库"
    assert main(["registry", str(CASES / "dibao.yaml"), "--out", str(folder)]) == 0
    assert "户" in capsys.readouterr().out
    return folder


def test_cases_of_a_clerk_become_a_registry_and_are_decided(registry, tmp_path, capsys):
    out = tmp_path / "结果"
    assert main(["decide", str(registry), *DAY, "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    rows = {row["programme"]: row for row in told["programmes"]}
    assert told["households"] == len(pl.read_parquet(registry / "households.parquet"))
    assert rows["低保"]["符合"] > 10
    paid = pl.read_parquet(out / "households.parquet" / "*.parquet")["低保金额"].sum()
    assert rows["低保"]["fen"] == paid > 0
    assert (
        sum(rows["低保"][word] for word in ("符合", "需复核", "不符合", "缺资料"))
        == told["households"]
    )


def test_a_table_says_in_words_what_was_found(registry, tmp_path, capsys):
    assert (
        main(["decide", str(registry), *DAY, "--out", str(tmp_path / "结果"), "--only", "低保"])
        == 0
    )
    said = capsys.readouterr().out
    assert "按 2022-06-01 的规定算了" in said
    assert "单人户" not in said


def test_what_if_says_who_moves_and_what_it_costs(registry, tmp_path, capsys):
    patch = tmp_path / "情景.yaml"
    patch.write_text(RAISED, encoding="utf-8")
    command = ["whatif", str(registry), *DAY, "--patch", str(patch), "--cliff", "1,100"]
    assert main([*command, "--json"]) == 0
    effect = json.loads(capsys.readouterr().out)["scenarios"][0]
    raised = effect["programmes"]["低保"]
    assert raised["fen_after"] - raised["fen_before"] == effect["gained_fen"] > 0
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "情景：提标一百" in said
    assert f"{effect['winners']:,} 户增加" in said
    assert "陡坡（提标一百）：每月多收入 100 元" in said


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (["--on", "2022-13-01"], "不是日期"),
        (["--only", "低保金"], "没有“低保金”这个项目"),
        (["--cliff", "一"], "应是整数元"),
        (["--patch", "没有.yaml"], "没有这个文件"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(registry, capsys, change, why):
    assert main(["whatif", str(registry), *DAY, *change]) != 0
    assert why in capsys.readouterr().err


def test_a_folder_that_is_no_registry_is_said_in_words(tmp_path, capsys):
    assert main(["decide", str(tmp_path), *DAY, "--out", str(tmp_path / "结果")]) != 0
    assert "没有 households.parquet" in capsys.readouterr().err


def test_values_that_cannot_be_used_are_told_and_the_exit_code_says_so(registry, tmp_path, capsys):
    path = registry / "persons.parquet"
    pl.read_parquet(path).with_columns(转移性收入=pl.lit(-1)).write_parquet(path)
    assert main(["decide", str(registry), *DAY, "--out", str(tmp_path / "结果")]) == 4
    assert "persons.parquet 的“转移性收入”有" in capsys.readouterr().out


def test_households_that_cannot_be_read_are_left_out_and_named(tmp_path, capsys):
    text = (CASES / "dibao.yaml").read_text(encoding="utf-8")
    path = tmp_path / "户.yaml"
    path.write_text(text.replace("工资为净额: 是", "工资为净额: 大概", 1), encoding="utf-8")
    assert main(["registry", str(path), "--out", str(tmp_path / "登记库")]) == 2
    said = capsys.readouterr()
    assert "另有 1 户读不懂" in said.out
    assert "大概" in said.err
