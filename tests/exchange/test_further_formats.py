"""What the rows of the further departments become, and what they must not become."""

from __future__ import annotations

from datetime import date

from doudi.exchange.agreeing import BY_ID, Candidate, judge_all
from doudi.exchange.formats import FORMATS
from doudi.exchange.formats.declaring import FactLine
from doudi.exchange.matching import stored_fact
from doudi.exchange.reading import Reading, read
from doudi.kernel.dates import Month
from doudi.people.kinds import KINDS
from tests.exchange.samples import TODAY, as_csv, good_table, record, table

MAY = Month(2022, 5)


def reading(code: str, *changes: dict[str, object]) -> Reading:
    rows = [record(code, 1) | change for change in changes or ({},)]
    return read(as_csv(table(code, rows)), "x", FORMATS[code], TODAY)


def fact(code: str, **changed: object) -> FactLine:
    return reading(code, changed).rows[0].facts[0]


def tiers(found: Reading) -> list[str]:
    return [
        verdict.tier
        for verdict in judge_all(
            Candidate(
                row.line, row.line, row.name, None, True, row.notes,
                [stored_fact(each, MAY) for each in row.facts], 7, row.name, None,
            )
            for row in found.rows
        )
    ]  # fmt: skip


def test_there_are_the_twenty_formats_of_the_list_and_more():
    departments = {form.department[:2] for form in FORMATS.values()}
    assert len(FORMATS) >= 20
    assert {
        "公安", "民政", "人力", "医疗", "卫生", "残疾", "教育", "乡村", "住房", "自然", "市场",
        "税务", "银行", "应急", "司法", "财政",
    } <= departments  # fmt: skip


def test_every_fact_of_every_format_is_of_a_kind_in_the_dictionary_and_can_be_stored():
    for code in FORMATS:
        found = read(as_csv(good_table(code, 3)), "x", FORMATS[code], TODAY)
        for row in found.rows:
            for each in row.facts:
                assert each.kind in KINDS, code
                assert each.detail is None or all(
                    isinstance(value, str | int) for value in each.detail.values()
                )
                stored = stored_fact(each, MAY)
                assert len(str(stored[1])) <= 64


def test_whose_state_ended_has_a_fact_that_ends_in_every_format_that_tells_a_state():
    ended = {
        "hukou": {"户籍状态": "迁出"}, "marriage": {"登记状态": "撤销"},
        "insured": {"缴费状态": "停保"}, "chronic": {"待遇状态": "终止"},
        "serious_illness": {"救治状态": "治愈"}, "medical_enrolment": {"医保状态": "断保"},
        "student": {"学籍状态": "辍学"}, "lifted": {"户状态": "退出"},
        "housing": {"保障状态": "退出"}, "real_estate": {"权属状态": "历史"},
        "provident_fund": {"账户状态": "销户"}, "bank_balance": {"开户状态": "销户"},
        "custody": {"执行状态": "刑满释放"}, "public_payroll": {"供养状态": "调出"},
    }  # fmt: skip
    for code, change in ended.items():
        assert fact(code, **change).ended, code
        assert not fact(code).ended, code


def test_two_employers_of_one_month_do_not_contradict_each_other():
    found = reading("tax", {"扣缴义务人": "甲公司"}, {"扣缴义务人": "乙公司"})
    assert tiers(found) == [BY_ID, BY_ID]


def test_two_instalments_of_one_subsidy_on_one_day_are_two_facts():
    found = reading("subsidy", {"发放批次": "一"}, {"发放批次": "二"})
    assert len({row.facts[0].key for row in found.rows}) == 2
    assert tiers(found) == [BY_ID, BY_ID]


def test_taxed_income_is_true_for_its_month_only_and_is_no_wage_of_the_means():
    told = fact("tax")
    assert (told.valid_since, told.valid_before) == (date(2022, 5, 1), date(2022, 6, 1))
    assert told.kind == "tax"


def test_outpatient_bills_are_not_taken_for_a_hospital_stay():
    assert fact("outpatient", 个人自付="20000", 门诊总费用="30000").kind != "medical.self_pay"


def test_custody_lasts_until_its_last_day_included():
    assert fact("custody").valid_before == date(2024, 5, 9)
    assert fact("custody", 期满日期="").valid_before is None
    assert "早于" in reading("custody", {"期满日期": "2020-01-01"}).rejects[0].why


def test_numbers_of_accounts_houses_and_certificates_are_kept_as_tokens_only():
    for code in ("bank_balance", "real_estate", "provident_fund", "marriage"):
        told = fact(code)
        assert told.secret
        assert told.key not in str(stored_fact(told, MAY))


def test_a_call_without_an_id_waits_for_somebody_who_knows_who_called():
    row = reading("hotline", {"身份证号": ""}).rows[0]
    assert row.id_number == ""
    assert row.facts[0].kind == "appeal"


def test_leading_zeros_of_keys_stay():
    assert fact("bank_balance").key.startswith("00")
    assert fact("provident_fund").key.startswith("00")
