"""Each indicator fires for what it is about, and for nothing that only looks like it."""

import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest

from doudi.people.kinds import KINDS
from doudi.watch.indicators import DIRECTIONS, INDICATORS, evaluate, facts_read
from doudi.watch.parameters import parameters
from tests.watch.views import DAY, household
from tests.watch.village import (
    Somebody,
    benefit,
    certificate,
    cremation,
    death,
    state,
    stay,
)

MAY = date(2022, 5, 12)


def fired(*members: Somebody, urban: bool = False) -> list[tuple[int, str]]:
    return [
        (person.id, indicator.code)
        for person, indicator, _ in evaluate(household(*members, urban=urban), DAY)
    ]


def sentences(*members: Somebody) -> list[str]:
    return [hit.sentence for _, _, hit in evaluate(household(*members), DAY)]


def codes(*members: Somebody, urban: bool = False) -> list[str]:
    return [code for _, code in fired(*members, urban=urban)]


EDGE = benefit("低保边缘", 0)


@pytest.mark.parametrize(
    ("known", "yuan", "expected"),
    [
        ([], 10000, []),
        ([], 10001, ["R02"]),
        ([EDGE], 6000, []),
        ([EDGE], 6001, ["R01"]),
        ([benefit("低保")], 12000, ["R01"]),
        ([state("fp", date(2021, 8, 1), key="户", code="突发严重困难户")], 6500, ["R01", "R03"]),
        ([state("fp", date(2021, 8, 1), key="户", code="突发严重困难户")], 12000, ["R01", "R03"]),
        ([benefit("残疾人护理补贴", 100)], 9000, []),
    ],
)
def test_a_hospital_stay_fires_above_the_limit_of_the_family(known, yuan, expected):
    assert codes(Somebody(known=known, news=[stay(yuan)])) == expected


def test_a_stay_says_day_sum_and_limit_in_plain_words():
    assert sentences(Somebody(known=[EDGE], news=[stay(12000)])) == [
        "2022-05-17 出院，个人自付 12,000.00 元，超过 6,000 元"
    ]


def test_a_stay_of_somebody_on_aid_asks_for_more_aid_and_of_others_for_admission():
    def direction(known):
        found = evaluate(household(Somebody(known=known, news=[stay(9000)])), DAY)
        return [hit.direction for _, _, hit in found]

    assert direction([benefit("低保")]) == ["落实"]
    assert direction([EDGE]) == ["纳入"]


@pytest.mark.parametrize("day", [date(2021, 11, 1), date(2022, 6, 7)])
def test_a_stay_long_ago_or_in_the_future_does_not_fire(day):
    assert codes(Somebody(news=[stay(20000, day)])) == []


def test_a_stay_that_the_registry_knew_before_the_period_does_not_fire():
    assert codes(Somebody(known=[stay(20000)])) == []


def test_medical_aid_that_left_much_to_pay_fires_only_where_aid_was_paid():
    paid = Somebody(known=[benefit("低保")], news=[stay(5500, aid_fen=300000)])
    assert codes(paid) == ["R05"]
    assert codes(Somebody(known=[benefit("低保")], news=[stay(5500)])) == []


def test_new_illnesses_fire_and_known_ones_do_not():
    new = state("illness.major", MAY, key="C34", code="C34")
    chronic = state("illness.chronic", MAY, key="I10", code="I10")
    assert codes(Somebody(news=[new, chronic])) == ["R06", "R07"]
    old = state("illness.chronic", date(2020, 1, 1), key="I10", code="I10")
    assert codes(Somebody(known=[old], news=[chronic])) == []


@pytest.mark.parametrize(
    ("known", "code", "weight"),
    [([], "42", 30), ([], "43", None), ([certificate("43", date(2019, 1, 1))], "42", 30)],
)
def test_a_new_or_graver_certificate_fires_and_a_severe_one_weighs_more(known, code, weight):
    found = evaluate(household(Somebody(known=known, news=[certificate(code)])), DAY)
    assert [(each.code, hit.weight) for _, each, hit in found] == [("R09", weight)]


@pytest.mark.parametrize("old", ["42", "41"])
def test_a_renewed_certificate_of_the_same_or_a_milder_level_does_not_fire(old):
    known = [certificate(old, date(2019, 1, 1)), benefit("残疾人护理补贴", 100)]
    assert codes(Somebody(known=known, news=[certificate("42")])) == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([certificate("42", date(2022, 4, 7))], ["R10"]),
        ([certificate("42", date(2022, 4, 8))], []),
        ([certificate("43", date(2020, 1, 1))], []),
        ([certificate("42", date(2020, 1, 1)), benefit("残疾人护理补贴", 100)], []),
        ([certificate("42", date(2020, 1, 1)), benefit("特困", 571)], []),
        ([certificate("44", date(2020, 1, 1)), benefit("低保")], ["R10"]),
        ([certificate("42", date(2020, 1, 1)), benefit("低保")], ["R10", "R10"]),
        (
            [certificate("44", date(2020, 1, 1)), benefit("低保"), benefit("残疾人生活补贴", 100)],
            [],
        ),
    ],
)
def test_subsidies_that_are_due_and_not_received_fire_after_sixty_days(facts, expected):
    assert codes(Somebody(known=facts)) == expected


def jobless(day=MAY, key="20220512"):
    return state("unemployment", day, key=key, code="登记失业")


def test_new_unemployment_fires_only_where_nobody_else_has_a_wage():
    wage = state("income.wage", date(2022, 1, 1), amount_fen=300000)
    ended = {**wage, "valid_before": date(2022, 5, 1)}
    assert codes(Somebody(known=[ended], news=[jobless()])) == ["R11"]
    assert codes(Somebody(news=[jobless()]), Somebody(relation="配偶", known=[wage])) == []


def test_unemployment_known_by_another_key_is_not_new():
    known = jobless(date(2022, 3, 10), "登记")
    assert codes(Somebody(known=[known], news=[jobless(date(2022, 3, 10), "20220310")])) == []


def test_unemployment_that_is_over_does_not_fire():
    over = {**jobless(), "valid_before": date(2022, 5, 31)}
    assert codes(Somebody(news=[over])) == []


def test_a_new_student_fires_in_a_family_in_difficulty_only():
    student = state(
        "enrolment", MAY, key="2022", code="高职(专科)", detail={"school": "天水师范学院"}
    )
    assert codes(Somebody(known=[EDGE]), Somebody(relation="子", news=[student])) == ["R14"]
    assert codes(Somebody(), Somebody(relation="子", news=[student])) == []


def test_the_death_of_who_earned_the_living_fires_and_of_a_grandfather_does_not():
    wage = state("income.wage", date(2022, 1, 1), amount_fen=380000)
    wife = Somebody(relation="配偶", birth=date(1978, 1, 1))
    assert codes(Somebody(known=[wage], news=[death()]), wife) == ["R19"]
    assert codes(Somebody(known=[wage]), Somebody(birth=date(1940, 1, 1), news=[death()])) == []
    assert codes(Somebody(known=[wage]), Somebody(relation="配偶", news=[death()])) == []
    child = Somebody(relation="子", birth=date(2012, 1, 1))
    assert codes(Somebody(news=[death()]), child) == ["R19"]


def test_a_newly_listed_family_without_aid_fires_and_one_with_aid_does_not():
    listed = state("fp", MAY, code="边缘易致贫户", detail={"risk": "因病"})
    assert sentences(Somebody(news=[listed])) == [
        "2022-05-12 新识别为边缘易致贫户（因病），全家未享受救助"
    ]
    assert codes(Somebody(news=[listed]), Somebody(known=[benefit("低保")])) == []
    old = state("fp", date(2022, 3, 1), key="户", code="边缘易致贫户")
    assert codes(Somebody(known=[old], news=[{**listed, "valid_since": date(2022, 3, 1)}])) == []


@pytest.mark.parametrize("event", [death(), cremation()])
def test_a_recipient_who_died_and_is_still_paid_fires(event):
    old = Somebody(birth=date(1940, 1, 1), relation="父亲", news=[event])
    assert "R26" in codes(Somebody(known=[benefit("低保")]), old)


def test_a_death_where_nothing_is_paid_or_the_payment_has_ended_does_not_fire():
    old = Somebody(birth=date(1940, 1, 1), news=[death()])
    assert codes(old) == []
    ended = {**benefit("低保"), "valid_before": date(2022, 6, 1)}
    assert codes(replace(old, known=[ended])) == []
    other = Somebody(known=[benefit("特困", 571)], birth=date(1950, 1, 1))
    assert codes(other, old) == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [("小型轿车", ["R27"]), ("普通二轮摩托车", []), ("三轮汽车", []), ("残疾人专用汽车", [])],
)
def test_a_new_vehicle_of_a_recipient_fires_unless_it_is_excused(code, expected):
    car = state("vehicle", MAY, key="ab12", code=code, amount_fen=8000000)
    assert codes(Somebody(known=[benefit("低保")], news=[car])) == expected
    assert codes(Somebody(news=[car])) == []


def test_a_vehicle_known_by_another_key_is_not_new():
    known = state("vehicle", date(2022, 3, 20), key="甘E12345", code="小型轿车")
    news = state("vehicle", date(2022, 3, 20), key="ab12", code="小型轿车")
    assert codes(Somebody(known=[benefit("低保"), known], news=[news])) == []


@pytest.mark.parametrize(
    ("code", "detail", "expected"),
    [
        ("法定代表人", {"type": "有限责任公司", "status": "存续"}, ["R27"]),
        ("经营者", {"type": "个体工商户", "status": "存续"}, []),
        ("股东", {"type": "有限责任公司", "status": "吊销，未注销"}, []),
    ],
)
def test_a_new_company_of_a_recipient_fires_and_a_stall_or_an_ended_one_does_not(
    code, detail, expected
):
    role = state("enterprise", MAY, key="91620521MA0000001X", code=code, detail=detail)
    assert codes(Somebody(known=[benefit("低保")], news=[role])) == expected


@pytest.mark.parametrize(
    ("fen", "urban", "expected"),
    [(43899, False, []), (43900, False, ["R28"]), (43900, True, []), (67300, True, ["R28"])],
)
def test_a_new_pension_of_a_recipient_fires_from_the_standard_of_the_place(fen, urban, expected):
    pension = state("pension", date(2022, 5, 1), key="企业职工", amount_fen=fen)
    assert codes(Somebody(known=[benefit("低保")], news=[pension]), urban=urban) == expected


def test_a_raise_of_a_pension_is_not_a_new_pension():
    before = state("pension", date(2022, 4, 1), key="企业职工", amount_fen=250000)
    after = state("pension", date(2022, 5, 1), key="企业职工", amount_fen=260000)
    assert codes(Somebody(known=[benefit("低保"), before], news=[after])) == []


def test_a_county_without_a_standard_does_not_guess_one():
    pension = state("pension", date(2022, 5, 1), key="企业职工", amount_fen=900000)
    view = household(Somebody(known=[benefit("低保")], news=[pension]))
    assert evaluate(view, replace(DAY, standards={})) == []


def test_every_indicator_is_declared_whole():
    for code, each in INDICATORS.items():
        assert code == each.code
        assert each.direction in DIRECTIONS
        assert each.label
        assert each.article
        assert each.triggers
        assert f"{code}.weight" in parameters()
        assert set(each.parameters) <= set(parameters())
    awaited = {k for e in INDICATORS.values() if e.awaits for k in (*e.triggers, *e.reads)}
    assert facts_read() <= set(KINDS) | awaited


def test_indicators_score_and_merging_run_without_django():
    code = (
        "import sys; import doudi.watch.indicators, doudi.watch.score, doudi.watch.merging, "
        "doudi.watch.kinds; sys.exit('django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
