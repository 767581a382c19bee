"""``doudi screen`` and ``doudi screen-files``: files in, hits out, one person explained."""

import json
from pathlib import Path

import polars as pl
import pytest

from doudi.base.access import NATION, scope
from doudi.cli.main import main
from tests.arrange import COUNTY, OTHER_COUNTY
from tests.watch.screening.library import found, stay, write_library
from tests.watch.village import Somebody, families
from tests.watch.village import stay as stay_of

MAY = ("--period", "2022-05", "--on", "2022-06-06")


@pytest.fixture
def library(tmp_path) -> Path:
    sick = {"人号": 2, "种类": "illness.major", "代码": "C34", "起": stay(1, 1)["起"]}
    return write_library(tmp_path / "库", (2,), {"2022-05": [stay(1, 11_000), sick]})


def test_a_table_says_what_was_found_and_the_files_hold_it(library, tmp_path, capsys):
    assert main(["screen", str(library), *MAY, "--out", str(tmp_path / "果")]) == 0
    said = capsys.readouterr().out
    assert "筛查 2022-05：1 户 2 人、2 条事实；逐户细看 1 次。" in said
    assert "R02     大额住院自付（其他居民）  纳入  1     1" in said
    assert "预警 1 条：黄 1。" in said
    assert found(tmp_path / "果").height == 2


def test_without_a_day_the_month_after_the_last_file_is_asked(library, tmp_path, capsys):
    assert main(["screen", str(library), "--out", str(tmp_path / "果"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rounds"], told["hits"], told["alerts"]) == (["2022-05"], 2, 1)
    out = str(tmp_path / "果")
    assert main(["screen", str(library), "--since", "2022-03", "--out", out, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rounds"] == ["2022-03", "2022-04", "2022-05"]


def test_one_person_is_explained_indicator_by_indicator(library, capsys):
    assert main(["screen", str(library), *MAY, "--explain", "1"]) == 0
    said = capsys.readouterr().out
    assert "R01     大额住院自付（监测和救助对象）      没有命中（看了 1 条事实）" in said
    assert "2022-05-17 出院，个人自付 11,000.00 元，超过 10,000 元" in said
    assert "本户纳入预警：55 分，黄。" in said
    assert main(["screen", str(library), *MAY, "--explain", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["months"][0]["alerts"][0]["points"] == 55


def test_what_is_missing_is_said_with_the_next_step(library, tmp_path, capsys):
    assert main(["screen", str(library), *MAY]) == 2
    assert "成批筛查写 --out 文件夹" in capsys.readouterr().err
    assert main(["screen", str(library), *MAY, "--explain", "9"]) == 2
    assert "监测库里没有人号 9" in capsys.readouterr().err
    months = ("--since", "2022-06", "--period", "2022-05")
    assert main(["screen", str(library), *months, "--out", str(tmp_path / "果")]) == 2
    assert "--since 2022-06 晚于 --period 2022-05" in capsys.readouterr().err


def test_a_library_of_nobody_is_screened_too(tmp_path, capsys):
    nobody = write_library(tmp_path / "空", (), {"2022-05": []})
    assert main(["screen", str(nobody), "--out", str(tmp_path / "果")]) == 0
    assert "0 户 0 人" in capsys.readouterr().out


def test_values_that_cannot_be_used_end_with_4(library, tmp_path, capsys):
    path = library / "facts" / "2022-05.parquet"
    pl.read_parquet(path).with_columns(人号=pl.col("人号") + 1).write_parquet(path)
    assert main(["screen", str(library), *MAY, "--out", str(tmp_path / "果")]) == 4
    assert "库里没有这个人" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_database_writes_a_part_for_each_county_without_names(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("doudi.cli.ground.start_django", lambda: None)
    with scope(NATION):
        families([(Somebody(name="马有福", news=[stay_of(11_000)]),)])
        families([(Somebody(name="赵有田", known=[stay_of(11_000)]),)],
                 place=f"{OTHER_COUNTY[:6]}100201")  # fmt: skip
    folder = tmp_path / "库"
    assert main(["screen-files", "--out", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"counties": 2, "households": 2, "persons": 2, "facts": 2}
    assert sorted(path.name for path in folder.iterdir()) == sorted([COUNTY[:6], OTHER_COUNTY[:6]])
    held = b"".join(path.read_bytes() for path in folder.rglob("*.parquet"))
    assert "马有福".encode() not in held
    assert main(["screen-files", "--out", str(folder), "--place", COUNTY[:6], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counties"] == 1
    out = tmp_path / "果"
    period = ("--period", "2022-06", "--on", "2022-06-06")
    assert main(["screen", str(folder), *period, "--out", str(out)]) == 0
    assert found(out)["风险点"].to_list() == ["R02"]
