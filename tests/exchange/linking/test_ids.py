"""Ids of a column: what is made comparable, what stays as it was sent, what is only proposed."""

import json
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.cli.main import main
from doudi.exchange.linking.ids import OUTCOMES, normalise
from doudi.exchange.linking.repairs import number_of, solve
from doudi.exchange.linking.tables import SURPLUS, read_table
from doudi.kernel import clock
from doudi.kernel.ids import IdentifierProblem, check_resident_id, upgrade_15

TODAY = date(2022, 6, 1)
WOMAN, MAN = "620599196503120023", "620599198907051019"

CASES = [
    (WOMAN, WOMAN, "有效"),
    ("６２０５９９１９６５０３１２００２３", WOMAN, "已规整"),
    (" 620599 19650312 0023\u200b", WOMAN, "已规整"),
    ("62059919650312002X", "", "校验位不对"),
    ("62059919570405101x", "", "校验位不对"),
    ("620599650312002", WOMAN, "15位升18位"),
    (f"{WOMAN}42", WOMAN, "取自残疾人证"),
    (f"{WOMAN}42B1", WOMAN, "取自残疾人证"),
    (f"{WOMAN}92", "", "残疾人证不对"),
    ("620599********0023", "", "打码"),
    ("620599196503XXXXXX", "", "打码"),
    ("1.10101E+17", "", "被表格改成数字"),
    ("620599196503120000", "", "被表格改成数字"),
    ("620599198902300012", "", "出生日期不对"),
    ("620599202212310018", "", "校验位不对"),
    ("0" * 18, "", "被表格改成数字"),
    ("62059919650312002", "", "位数不对"),
    ("62O599196503120023", "", "字符不对"),
    ("无", "", "空"),
    ("", "", "空"),
    (None, "", "空"),
    ("甘肃省清水县", "", "位数不对"),
    ("甲乙丙丁戊己", "", "位数不对"),
]


@pytest.mark.parametrize(("sent", "number", "outcome"), CASES)
def test_one_id_comes_to_its_outcome(sent, number, outcome):
    told = normalise(pl.Series([sent], dtype=pl.String), TODAY)
    assert (told.number[0], OUTCOMES[told.outcome[0]]) == (number, outcome)
    assert told.key[0] == int(number[:17] or 0)


def test_a_blank_or_bad_cell_never_changes_its_neighbours():
    sent = [case[0] for case in CASES] * 3
    alone = [normalise(pl.Series([each], dtype=pl.String), TODAY).number[0] for each in sent]
    assert normalise(pl.Series(sent, dtype=pl.String), TODAY).number.to_list() == alone


def test_a_column_of_floats_and_a_column_cut_to_fifteen_figures_are_refused_not_repaired():
    floats = normalise(pl.Series([6.20599196503120e17, None]), TODAY)
    assert [OUTCOMES[at] for at in floats.outcome] == ["被表格改成数字", "空"]
    cut = pl.Series([f"{number_of(62059919650312000 + 10 * k)[:15]}000" for k in range(40)])
    told = normalise(cut, TODAY)
    assert set(told.number) == {""}, "those whose check digit happens to be right are cut too"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=24),
            st.from_regex(r"[0-9]{17}[0-9Xx]", fullmatch=True),
            st.integers(0, 30_000).map(lambda n: number_of(62059919000101000 + n * 10_000 % 10**9)),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_the_column_agrees_with_the_kernel_cell_by_cell(sent):
    told = normalise(pl.Series(sent, dtype=pl.String), TODAY)
    for text, number, outcome in zip(sent, told.number, told.outcome, strict=True):
        if OUTCOMES[outcome] in ("有效", "已规整"):
            assert check_resident_id(text, today=TODAY).number == number
        elif OUTCOMES[outcome] == "15位升18位":
            assert upgrade_15(text) == number
        elif OUTCOMES[outcome] != "取自残疾人证":
            assert number == ""
            if OUTCOMES[outcome] != "被表格改成数字":
                with pytest.raises(IdentifierProblem):
                    check_resident_id(text, today=TODAY)


def _slips(number: str, chance: np.random.Generator) -> str:
    at = int(chance.integers(0, 17))
    kind = int(chance.integers(0, 4))
    if kind == 0:
        digit = str((int(number[at]) + 1 + int(chance.integers(0, 9))) % 10)
        return number[:at] + digit + number[at + 1 :]
    if kind == 1:
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    return number[:at] + (number[at + 1 :] if kind == 2 else "7" + number[at:])


def test_the_right_number_is_among_the_solutions_of_every_single_slip():
    chance = np.random.default_rng(5)
    right = [number_of(62059919650101000 + 997 * k % 28_000) for k in range(400)]
    right = [number for number in right if normalise(pl.Series([number]), TODAY).usable[0]]
    sent = [_slips(number, chance) for number in right]
    found = solve(sent, TODAY)
    solved = {(int(row), int(key)) for row, key in zip(found.row, found.key, strict=True)}
    assert len(right) > 300
    missed = [
        (text, number)
        for at, (text, number) in enumerate(zip(sent, right, strict=True))
        if text != number and (at, int(number[:17])) not in solved
    ]
    assert missed == []


@pytest.fixture
def files(tmp_path):
    sent = pl.DataFrame({
        "姓名": ["张秀英", "李建国", "王芳", "张秀荣"],
        "身份证号": [WOMAN.replace("650312", "650321"), MAN, "无", WOMAN.replace("0023", "0028")],
        "出生日期": ["1965-03-12", "", "", "1965.3.12"],
    })  # fmt: skip
    registry = pl.DataFrame({"姓名": ["張秀英", "李建国"], "身份证号": [WOMAN, MAN]})
    sent.write_csv(tmp_path / "来文.csv")
    registry.write_parquet(tmp_path / "登记册.parquet")
    return tmp_path


def test_a_slip_is_proposed_with_its_evidence_and_never_written_over_what_was_sent(files, capsys):
    out = files / "规整.csv"
    command = ["normalise-ids", str(files / "来文.csv"), "--column", "身份证号", "--out", str(out)]
    with clock.business_at(TODAY):
        assert main([*command, "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "rows": 4, "usable": 1, "proposals": 1, "outcomes": {"有效": 1, "空": 1, "校验位不对": 2},
    }  # fmt: skip
    made = pl.read_csv(out, infer_schema=False)
    sent = pl.read_csv(files / "来文.csv", infer_schema=False)
    assert made.select(sent.columns).equals(sent)
    assert made["身份证号_建议"].to_list() == [WOMAN, "", "", ""], "four wrong digits would do"
    assert made["身份证号_规整"][0] == ""
    assert "写反" in made["身份证号_建议依据"][0]


def test_the_registry_confirms_a_slip_by_surname_and_birth(files, capsys):
    out = files / "规整.parquet"
    command = ["normalise-ids", str(files / "来文.csv"), "--column", "身份证号", "--out", str(out)]
    with clock.business_at(TODAY):
        assert main([*command, "--registry", str(files / "登记册.parquet")]) == 4
    assert "2 行有修正建议" in capsys.readouterr().out
    assert pl.read_parquet(out)["身份证号_建议"].to_list() == [WOMAN, "", "", WOMAN]


def test_files_that_cannot_be_read_are_refused_in_words(files, capsys):
    (files / "表.csv").write_bytes(b"PK\x03\x04rest")
    (files / "空.csv").write_bytes(b"")
    for name, column, words in (
        ("没有.csv", "身份证号", "没有文件"), ("表.csv", "身份证号", "不是 CSV"),
        ("空.csv", "身份证号", "空的"), ("来文.csv", "证照号", "没有“证照号”列"),
    ):  # fmt: skip
        command = ["normalise-ids", str(files / name), "--column", column, "--out", "x.csv"]
        assert main(command) == 2
        assert words in capsys.readouterr().err


def test_a_file_in_gb18030_is_read_like_one_in_utf8(files):
    text = (files / "来文.csv").read_text(encoding="utf-8")
    (files / "国标.csv").write_bytes(text.encode("gb18030"))
    made = []
    for name in ("来文.csv", "国标.csv"):
        out = files / f"{name}.parquet"
        main(["normalise-ids", str(files / name), "--column", "身份证号", "--out", str(out)])
        made.append(pl.read_parquet(out))
    assert made[0].equals(made[1])


def test_one_row_of_another_length_or_an_open_quotation_mark_loses_no_row(tmp_path):
    body = [f"张三,{number_of(62059919650312000 + at)},好" for at in range(200)]
    for bad in ("李四,620599,好,多一格", '李"四,620599', '"李四,620599,好', "李四"):
        rows = [*body[:90], bad, *body[90:]]
        (tmp_path / "来文.csv").write_text("姓名,身份证号,备注\n" + "\n".join(rows), "utf-8")
        frame = read_table(tmp_path / "来文.csv")
        assert frame.height == 201
        told = normalise(frame["身份证号"], TODAY)
        assert told.usable.sum() == 200
        if "多一格" in bad:
            assert frame[SURPLUS][90] == "多一格"
