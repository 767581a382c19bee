"""F7: never on a name alone; what counts by itself is right in at least 999 of 1,000."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bench import invented
from doudi.cli.main import main
from doudi.exchange.linking.deciding import WAYS, Bands
from doudi.exchange.linking.explaining import reasons
from doudi.exchange.linking.linking import Links, link
from doudi.exchange.linking.people import find_columns, people_of
from doudi.kernel import clock

TODAY = date(2022, 6, 1)
PRECISION = 0.999


@pytest.fixture(scope="module")
def registry() -> pl.DataFrame:
    return invented.registry(12_000, seed=11)


def _people(frame: pl.DataFrame, *, registered: bool):
    columns = find_columns(frame, Path("表"))
    return people_of(frame, columns, TODAY, birth_from_id=registered)


def _linked(registry: pl.DataFrame, file: pl.DataFrame, bands: Bands | None = None) -> Links:
    return link(_people(file, registered=False), _people(registry, registered=True), TODAY, bands)


def _ways(links: Links) -> list[str]:
    return [WAYS[at] for at in links.way]


def _precision(links: Links, truth: np.ndarray) -> tuple[float, float]:
    """Precision of what counts by itself, and recall with what a person is asked."""
    automatic = np.isin(links.way, (WAYS.index("证号"), WAYS.index("评分")))
    told = automatic | (links.way == WAYS.index("待认"))
    right = (links.person == truth) & (truth >= 0)
    return right[automatic].mean(), (right & told).sum() / (truth >= 0).sum()


@pytest.mark.parametrize(
    ("noise", "automatic", "found"),
    [
        (invented.CLEAN, 0.995, 0.998), (invented.DIRTY, 0.95, 0.99),
        (invented.SHIFTED, 0.85, 0.97), (invented.NO_IDS, 0.80, 0.96),
    ],
    ids=lambda each: getattr(each, "name", ""),
)  # fmt: skip
def test_what_counts_by_itself_is_right_and_almost_nobody_is_missed(
    registry, noise, automatic, found
):
    file, truth = invented.file(registry, 3_000, noise, seed=12)
    links = _linked(registry, file)
    precision, recall = _precision(links, truth)
    assert precision >= PRECISION
    assert recall >= found
    own = np.isin(links.way, (0, 1)) & (links.person == truth)
    assert own[truth >= 0].mean() >= automatic


def _percent() -> Bands:
    """Ten bits read as ten percent, which `Bands` itself refuses."""
    bands = Bands()
    object.__setattr__(bands, "automatic", 10 / 100)
    return bands


def test_a_threshold_read_as_percent_is_refused_and_would_be_caught(registry):
    with pytest.raises(AssertionError, match="bits"):
        Bands(automatic=10 / 100, review=0)
    # Nine of ten are strangers, every second of them a relative of somebody registered.
    strangers = replace(invented.NO_IDS, strangers=0.9)
    file, truth = invented.file(registry, 8_000, strangers, seed=13)
    assert _precision(_linked(registry, file), truth)[0] >= PRECISION
    assert _precision(_linked(registry, file, _percent()), truth)[0] < PRECISION


def test_no_row_counts_by_itself_on_names_and_places_however_rare_the_name(registry):
    file = registry.select("姓名", "性别", "区划代码", "户主")
    for bands in (Bands(), Bands(automatic=4)):
        links = _linked(registry, file, bands)
        assert set(_ways(links)) <= {"待认", "未找到"}
    only = _linked(registry, registry.select("姓名"))
    assert set(_ways(only)) <= {"待认", "未找到"}


def test_a_valid_id_that_is_not_registered_is_nobody_even_if_all_else_agrees(registry):
    known = registry.with_columns(pl.lit("").alias("身份证号"))
    links = _linked(known, registry)
    assert set(_ways(links)) == {"无此人"}
    assert (links.person == -1).all()
    assert len(links.pairs) == 0, "it is compared with no one"


def test_an_id_of_somebody_else_goes_to_a_person_and_never_counts_by_itself(registry):
    file, _ = invented.file(registry, 800, invented.CLEAN, seed=14)
    turned = file.with_columns(pl.col("身份证号").reverse())
    links = _linked(registry, turned)
    by_itself = [at for at, way in enumerate(_ways(links)) if way == "评分"]
    usable = _people(turned, registered=False).ids.usable
    assert not usable[by_itself].any()
    assert _ways(links).count("待认") > 500


def test_an_id_that_two_registered_persons_have_goes_to_a_person_and_is_nobody_s_alone(registry):
    twice = pl.concat([registry, registry[:3].with_columns(pl.col("姓名").reverse())])
    links = _linked(twice, registry.head(20))
    assert _ways(links) == ["待认"] * 3 + ["证号"] * 17
    assert (links.person[:3] >= 0).all()


def test_the_reasons_add_up_to_the_bits(registry):
    file, _ = invented.file(registry, 400, invented.DIRTY, seed=18)
    people = _people(file, registered=False)
    links = link(people, _people(registry, registered=True), TODAY)
    for row, why in enumerate(reasons(links, people, Bands())):
        if (said := re.search(r"合计([-+][0-9.]+)比特", why)) is not None:
            parts = re.findall(r"([-+][0-9]+\.[0-9])(?=，|；)", why.partition("合计")[0])
            assert sum(map(float, parts)) == pytest.approx(float(said[1]), abs=0.5)
            assert file["姓名"][row] not in why, "nothing of the person stands in it"


def test_the_members_of_a_household_help_to_find_the_one_without_id_and_birth(registry):
    home = registry.filter(pl.len().over("户号") == 4).head(40)
    last = pl.int_range(pl.len()).over("户号") == 3
    file = home.select("姓名", "身份证号", "户号").with_columns(
        pl.when(last).then(pl.lit("")).otherwise("身份证号").alias("身份证号"),
        ("来文" + pl.col("户号")).alias("户号"),
    )
    links = _linked(registry, file)
    truth = home["人员编号"].to_numpy() - 1
    assert (links.person == truth).all()
    without = _linked(registry, file.drop("户号"))
    assert (without.person == truth).sum() < len(truth)


def test_order_and_repetition_of_rows_change_nothing(registry):
    file, _ = invented.file(registry, 600, invented.DIRTY, seed=15)
    links, turned = _linked(registry, file), _linked(registry, file.reverse())
    assert (links.person == turned.person[::-1]).mean() > 0.995
    assert (_linked(registry, file).person == links.person).all()


@pytest.mark.parametrize("rows", [0, 1])
def test_a_file_or_a_registry_of_none_or_one_is_linked_without_fuss(registry, rows):
    file, _ = invented.file(registry, 50, invented.DIRTY, seed=16)
    assert len(_linked(registry, file.head(rows)).way) == rows
    assert len(_linked(registry.head(rows), file).way) == 50


def test_the_command_explains_every_row_in_chinese(registry, tmp_path, capsys):
    file, truth = invented.file(registry, 500, invented.DIRTY, seed=17)
    registry.write_parquet(tmp_path / "登记册.parquet")
    file.write_csv(tmp_path / "来文.csv")
    out = tmp_path / "比对.parquet"
    command = ["match", "--registry", str(tmp_path / "登记册.parquet"), "--file",
               str(tmp_path / "来文.csv"), "--out", str(out), "--explain"]  # fmt: skip
    with clock.business_at(TODAY):
        assert main([*command, "--json"]) == 4
        told = json.loads(capsys.readouterr().out)
        assert main(command) == 4
    assert "须人工核对" in capsys.readouterr().out
    made = pl.read_parquet(out)
    assert told["rows"] == len(made) == 500
    assert made["行号"].to_list() == list(range(1, 501))
    assert all(made["理由"])
    scored = made.filter(pl.col("方式") == "评分")
    assert all("比特" in why and "自动认定" in why for why in scored["理由"])
    assert any("差一处" in why for why in scored["理由"])
    right = truth[scored["行号"].to_numpy() - 1] + 1
    assert (scored["人员编号"].to_numpy() == right).all()


def test_columns_with_names_of_their_own_are_told(registry, tmp_path, capsys):
    registry.head(50).write_csv(tmp_path / "登记册.csv")
    own = registry.head(50).select(xm="姓名", sfz="身份证号")
    own.write_csv(tmp_path / "来文.csv")
    command = ["match", "--registry", str(tmp_path / "登记册.csv"), "--file",
               str(tmp_path / "来文.csv"), "--out", str(tmp_path / "out.csv")]  # fmt: skip
    with clock.business_at(TODAY):
        assert main(command) == 2
        assert "没有“身份证号或姓名”列" in capsys.readouterr().err
        assert main([*command, "--columns", "姓名=xm,证号=sfz"]) == 0
        assert main([*command, "--columns", "姓名"]) == 2
