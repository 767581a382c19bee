"""R03–R30 beyond the first files, and the reverse checks M01–M16: what fires, what looks so."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from doudi.people.kinds import KINDS
from doudi.watch.indicators import INDICATORS, evaluate
from doudi.watch.indicators.reverse import CARRIED_BY, OF_MANY
from doudi.watch.parameters import parameters
from tests.watch.views import DAY, household
from tests.watch.village import TODAY, Somebody, benefit, certificate, cremation, death, state, stay

MAY = date(2022, 5, 12)
LOW = benefit("低保")
EDGE = benefit("低保边缘", 0)
LISTED = state("fp", date(2021, 8, 1), key="户", code="脱贫不稳定户")
YOUNG = date(2012, 3, 1)


def hits(*members: Somebody, only: str, urban: bool = False, day=DAY):
    found = evaluate(household(*members, urban=urban), day)
    return [hit for _, indicator, hit in found if indicator.code == only]


def fires(code: str, *members: Somebody, **told) -> bool:
    found = hits(*members, only=code, **told)
    assert len(found) <= 1, found
    return bool(found)


@pytest.mark.parametrize(
    ("known", "stays", "code", "expected"),
    [
        ([LISTED], (3000, 2716), "R03", False),  # 5,716.00: half of 11,433 is 5,716.50
        ([LISTED], (3000, 2717), "R03", True),
        ([], (6000, 5433), "R04", False),
        ([], (6000, 5434), "R04", True),
        ([LISTED], (6000, 5434), "R04", False),
        ([], (6000, 5434), "R03", False),
        ([EDGE], (9000, 9000), "R04", False),
    ],
)
def test_many_small_stays_of_one_year_add_up_over_the_income_of_last_year(
    known, stays, code, expected
):
    first = stay(stays[0], date(2022, 2, 1), key="J1")
    last = stay(stays[1], key="J2")
    assert fires(code, Somebody(known=[*known, first], news=[last])) is expected


def test_bills_of_outpatient_care_count_with_those_of_the_hospital():
    seen = {**stay(6000, key="M1"), "kind": "medical.outpatient"}
    assert fires("R04", Somebody(known=[stay(6000, date(2022, 2, 1))], news=[seen]))
    assert fires("R04", Somebody(known=[{**seen, "key": "M0"}], news=[stay(6000)]))


def test_stays_of_the_year_before_do_not_add_up_with_those_of_this_year():
    old = stay(11000, date(2021, 12, 30), key="J0")
    assert not fires("R04", Somebody(known=[old], news=[stay(9000)]))


def test_a_year_of_stays_says_how_many_how_much_and_of_what():
    (hit,) = hits(
        Somebody(known=[stay(6000, date(2022, 2, 1), key="J1")], news=[stay(6000, key="J2")]),
        only="R04",
    )
    assert hit.sentence == (
        "2022 年住院和门诊 2 次，累计个人自付 12,000.00 元，"
        "超过上年农村居民人均可支配收入的 100%（11,433.00 元）"
    )


def insured(year=2022, before=None):
    return state("medical.enrolment", date(year, 1, 1), key=f"{year}", valid_before=before)


def test_a_recipient_whose_health_insurance_stopped_or_was_not_renewed_fires():
    wife = Somebody(relation="配偶", known=[insured()])
    assert fires("R08", Somebody(known=[LOW], news=[insured(before=date(2022, 5, 1))]))
    assert fires("R08", Somebody(known=[LOW, insured(2021)]), wife)
    assert not fires("R08", Somebody(known=[LOW, insured(2021), insured()]), wife)
    assert not fires("R08", Somebody(known=[insured(2021)]), wife)


def test_before_this_years_list_has_come_nobody_is_said_to_be_uninsured():
    assert not fires("R08", Somebody(known=[LOW, insured(2021)]))


def jobless(key="登记", since=MAY):
    return state("unemployment", since, key=key, code="登记失业")


def test_unemployment_money_that_ran_out_fires_until_there_is_a_wage():
    paid = state("unemployment.benefit", date(2021, 12, 1), valid_before=date(2022, 6, 1))
    known = [jobless(since=date(2021, 11, 1)), paid]
    assert fires("R12", Somebody(known=known))
    wage = state("income.wage", date(2022, 6, 1), amount_fen=200000)
    assert not fires("R12", Somebody(known=[*known, wage]))
    later = {**paid, "valid_since": date(2022, 6, 1), "valid_before": date(2022, 9, 1)}
    assert not fires("R12", Somebody(known=[*known, later]))
    assert not fires("R12", Somebody(known=[paid]))


def test_a_family_in_which_all_who_could_work_lost_their_work_fires_once():
    other = Somebody(relation="配偶", known=[jobless(since=date(2022, 1, 5))])
    child = Somebody(relation="子", birth=YOUNG)
    assert fires("R13", Somebody(news=[jobless()]), other, child)
    working = replace(other, known=[state("income.wage", MAY, amount_fen=100000)])
    assert not fires("R13", Somebody(news=[jobless()]), working)
    assert not fires("R13", Somebody(news=[jobless()]), child)


def roll(status="在读"):
    told = {"school": "永清镇小学", "status": status}
    return state("schooling", date(2019, 9, 1), key="学籍", code="小学", detail=told)


def test_a_poor_pupil_whom_no_list_of_aid_of_the_term_names_fires_after_sixty_days():
    parent = Somebody(known=[LOW])
    assert fires("R15", parent, Somebody(birth=YOUNG, known=[roll()]))
    aided = state("schooling", date(2022, 3, 1), key="2022春", code="小学")
    assert not fires("R15", parent, Somebody(birth=YOUNG, known=[roll(), aided]))
    last_term = {**aided, "key": "2021秋", "valid_before": date(2022, 3, 1)}
    assert fires("R15", parent, Somebody(birth=YOUNG, known=[roll(), last_term]))
    assert not fires("R15", Somebody(), Somebody(birth=YOUNG, known=[roll()]))
    early = replace(DAY, on=date(2022, 4, 30))
    assert not fires("R15", parent, Somebody(birth=YOUNG, known=[roll()]), day=early)


def test_a_child_that_left_school_fires_and_a_grown_up_does_not():
    assert fires("R16", Somebody(birth=YOUNG, news=[roll("离校")]))
    assert not fires("R16", Somebody(birth=date(2006, 6, 6), news=[roll("离校")]))
    assert not fires("R16", Somebody(birth=YOUNG, news=[roll()]))
    assert not fires("R16", Somebody(birth=YOUNG, known=[roll("离校")]))


def test_a_disaster_fires_and_an_accident_only_where_somebody_was_badly_hurt():
    flood = state("disaster", MAY, key="Z1", code="倒房", detail={"loss": "房屋倒塌 3 间"})
    assert hits(Somebody(news=[flood]), only="R17")[0].sentence == (
        "2022-05-12 受灾：倒房，房屋倒塌 3 间"
    )
    crash = state("accident", MAY, key="S1", code="交通事故", detail={"harm": "重伤 1 人"})
    assert fires("R18", Somebody(news=[crash]))
    assert not fires("R18", Somebody(news=[{**crash, "detail": {"harm": "轻微擦伤"}}]))


def dangerous(grade, code="危房鉴定"):
    return state("housing", MAY, key="F1", code=code, detail={"grade": grade})


@pytest.mark.parametrize(("grade", "expected"), [("C", True), ("D", True), ("B", False)])
def test_a_dangerous_house_fires_unless_it_is_being_mended(grade, expected):
    assert fires("R20", Somebody(known=[LISTED], news=[dangerous(grade)])) is expected
    mended = {**dangerous("D", "危房改造"), "key": "G1"}
    assert not fires("R20", Somebody(known=[LISTED, mended], news=[dangerous(grade)]))
    assert not fires("R20", Somebody(news=[dangerous(grade)]))


def wage(fen, since, before=None):
    return state("income.wage", since, key="务工", amount_fen=fen, valid_before=before)


def test_a_family_whose_earnings_fell_by_two_fifths_fires_once_with_the_month():
    ended = wage(200000, date(2021, 1, 1), date(2022, 1, 1))
    now = wage(50000, date(2022, 1, 1))
    wife = Somebody(relation="配偶", known=[state("income.wage", TODAY, amount_fen=1000)])
    (hit,) = hits(Somebody(known=[ended], news=[now]), wife, only="R22")
    assert hit.happened_on == date(2022, 1, 1)
    assert hit.sentence == (
        "近 6 个月工资和经营收入合计 3,000.00 元，前 6 个月 12,000.00 元，"
        "减少 75%；现人均每月 255.00 元"
    )


@pytest.mark.parametrize(
    ("before", "after", "since"),
    [
        (200000, 150000, date(2021, 1, 1)),  # a fall by a quarter
        (900000, 300000, date(2021, 1, 1)),  # much is left
        (200000, 50000, date(2021, 12, 1)),  # what they had earlier is not known
    ],
)
def test_earnings_that_fell_a_little_or_are_not_known_do_not_fire(before, after, since):
    ended = wage(before, since, date(2022, 1, 1))
    assert not fires("R22", Somebody(known=[ended], news=[wage(after, date(2022, 1, 1))]))


def reviewed(on=MAY):
    return state("income.reviewed", on)


def test_a_family_on_the_edge_that_fell_below_the_line_fires_after_a_review_only():
    poor = wage(43899, date(2022, 1, 1))
    assert fires("R23", Somebody(known=[EDGE, poor], news=[reviewed()]))
    assert not fires(
        "R23", Somebody(known=[EDGE, wage(43900, date(2022, 1, 1))], news=[reviewed()])
    )
    assert not fires("R23", Somebody(known=[EDGE, poor]))
    assert not fires("R23", Somebody(known=[LOW, poor], news=[reviewed()]))


def ability(code="全护理"):
    return state("self_care", date(2022, 1, 1), code=code)


AGREED = state("care.agreement", date(2021, 7, 1), valid_before=date(2022, 7, 1))


def test_who_cannot_live_alone_and_does_fires_and_who_has_care_does_not():
    assert fires("R24", Somebody(known=[ability()]))
    assert not fires("R24", Somebody(known=[ability("全自理")]))
    assert not fires("R24", Somebody(known=[ability(), AGREED]))
    assert not fires("R24", Somebody(known=[ability()]), Somebody(relation="配偶"))


def test_care_that_was_never_agreed_or_ran_out_fires_for_those_in_specially_poor_support():
    support = benefit("特困", 571)
    ended = {**AGREED, "valid_before": date(2022, 6, 1)}
    assert fires("R25", Somebody(known=[support, ability()]))
    assert fires("R25", Somebody(known=[support, ended]))
    assert not fires("R25", Somebody(known=[support, ability(), AGREED]))
    assert not fires("R25", Somebody(known=[support]))
    assert not fires("R25", Somebody(known=[LOW, ability()]))


def test_two_schemes_on_one_person_and_the_same_one_elsewhere_fire():
    assert fires("R29", Somebody(known=[LOW, benefit("特困", 571)]))
    assert not fires("R29", Somebody(known=[LOW, benefit("残疾人护理补贴", 100)]))
    away = state("benefit.elsewhere", MAY, key="低保", detail={"place": "陕西省宝鸡市"})
    assert hits(Somebody(known=[LOW], news=[away]), only="R29")[0].sentence == (
        "本地享受低保，陕西省宝鸡市自 2022-05-12 起也享受低保"
    )
    assert not fires("R29", Somebody(news=[away]))


def test_one_in_specially_poor_support_beside_relatives_on_another_scheme_is_no_double():
    assert not fires("R29", Somebody(known=[LOW]), Somebody(known=[benefit("特困", 571)]))


def asked(day, key, status=""):
    return state("appeal", day, key=key, code="生活困难", detail={"status": status})


def test_who_asked_twice_within_thirty_days_without_an_answer_fires():
    first = asked(date(2022, 5, 1), "W1")
    assert fires("R30", Somebody(known=[first], news=[asked(date(2022, 5, 30), "W2")]))
    assert not fires("R30", Somebody(known=[first], news=[asked(date(2022, 5, 31), "W2")]))
    assert not fires("R30", Somebody(known=[first], news=[asked(MAY, "W2", "已办结")]))
    assert not fires("R30", Somebody(known=[first]))


def test_the_only_worker_in_prison_is_lost_to_the_family_as_one_who_died():
    taken = state("custody", MAY, code="服刑")
    child = Somebody(relation="子", birth=YOUNG)
    assert hits(Somebody(news=[taken]), child, only="R19")[0].sentence == (
        "2022-05-12 家庭主要劳动力服刑，家中还有 1 人"
    )
    assert not fires("R19", Somebody(news=[taken]), Somebody(relation="配偶"))
    assert not fires("R19", Somebody(known=[taken]), child)


# The reverse checks.


def test_a_cremation_long_ago_without_deregistration_only_asks():
    old = Somebody(birth=date(1940, 1, 1), known=[cremation(date(2022, 5, 6))])
    assert fires("M02", Somebody(known=[LOW]), old)
    late = replace(old, known=[cremation(date(2022, 5, 7))])
    assert not fires("M02", Somebody(known=[LOW]), late)
    told = replace(old, known=[cremation(date(2022, 5, 1)), death()])
    assert not fires("M02", Somebody(known=[LOW]), told)
    assert not fires("M02", Somebody(), old)


def house(code="商品房", key="F2", since=MAY):
    return state("house", since, key=key, code=code)


HOME = house("宅基地住房", "1", date(2008, 1, 1))


def test_a_second_house_of_a_recipient_fires_and_village_houses_count_as_one():
    assert fires("M04", Somebody(known=[LOW, HOME], news=[house()]))
    assert not fires("M04", Somebody(known=[LOW], news=[house()]))
    assert not fires("M04", Somebody(known=[LOW, HOME], news=[house("农村自建房")]))
    assert not fires("M04", Somebody(known=[HOME], news=[house()]))


def test_a_house_that_the_registry_named_otherwise_is_not_new():
    known = [LOW, HOME, house(key="2", since=date(2022, 3, 1))]
    assert not fires("M04", Somebody(known=known, news=[house(since=date(2022, 3, 1))]))


@pytest.mark.parametrize(("yuan", "expected"), [(10536, False), (10537, True)])
def test_savings_above_two_years_of_the_standard_fire(yuan, expected):
    saved = state("asset.financial", MAY, key="存款", amount_fen=yuan * 100)
    assert fires("M09", Somebody(known=[LOW], news=[saved])) is expected
    assert not fires("M09", Somebody(known=[LOW], news=[saved]), Somebody(relation="配偶"))


@pytest.mark.parametrize(
    ("code", "fact", "excused"),
    [
        (
            "M06",
            state("public_payroll", MAY, key="永清镇政府", amount_fen=300000),
            None,
        ),
        (
            "M11",
            state("account.shared", MAY, key="ab", detail={"households": 3}),
            {"detail": {"households": 3, "agreement": "代管协议"}},
        ),
        ("M12", state("custody", MAY, code="服刑"), {"code": "失联"}),
        (
            "M13",
            state("kin_of_official", MAY, key="1", code="父子", detail={"official": "村主任"}),
            {"detail": {"filed": True}},
        ),
        (
            "M16",
            state("supporter", MAY, key="子", amount_fen=3429900, detail={"relation": "儿子"}),
            {"amount_fen": 3429899},
        ),
    ],
)
def test_what_others_know_of_a_recipient_fires_unless_it_is_excused(code, fact, excused):
    assert fires(code, Somebody(known=[LOW], news=[fact]))
    assert not fires(code, Somebody(news=[fact]))
    if excused is not None:
        assert not fires(code, Somebody(known=[LOW], news=[{**fact, **excused}]))


def test_a_review_that_is_overdue_by_a_month_fires_once_for_the_family():
    old = reviewed(date(2021, 5, 6))
    wages = wage(100000, date(2021, 1, 1))
    parent = Somebody(known=[LOW, wages, old])
    assert fires("M15", parent, Somebody(relation="配偶", known=[old]))
    assert not fires("M15", replace(parent, known=[LOW, wages, reviewed(date(2021, 5, 8))]))
    unsettled = replace(parent, known=[LOW, reviewed(date(2021, 11, 5))])
    assert fires("M15", unsettled)
    assert not fires("M15", replace(parent, known=[LOW, wages]))


def test_the_reverse_checks_of_the_reference_are_all_carried_by_something():
    assert {*CARRIED_BY, *OF_MANY} == {f"M{n:02}" for n in range(1, 17)}
    assert set(CARRIED_BY.values()) <= set(INDICATORS)
    assert {f"R{n:02}" for n in range(1, 31)} <= set(INDICATORS)


def test_every_reverse_check_asks_whether_somebody_should_leave():
    assert {INDICATORS[code].direction for code in CARRIED_BY.values()} == {"退出"}


def test_every_list_that_an_indicator_needs_is_known_or_said_to_be_awaited():
    for each in INDICATORS.values():
        unknown = {*each.triggers, *each.reads} - set(KINDS)
        assert not unknown or each.awaits, (each.code, unknown)


def test_every_figure_named_by_an_indicator_exists():
    for code, each in INDICATORS.items():
        assert set(each.parameters) | {f"{code}.weight"} <= set(parameters())


BAD = [
    stay(8000, MAY, key="J8"), stay(12000, key="J9"), certificate("41"), certificate("43"),
    state("illness.major", MAY, key="C34", code="C34"), jobless("20220512"),
    state("disaster", MAY, key="Z1", code="倒房"), roll("离校"), house(),
    dangerous("D"), insured(before=date(2022, 5, 1)),
    asked(MAY, "W1"), asked(TODAY, "W2"), state("custody", MAY, code="服刑"),
    wage(10000, date(2022, 1, 1)),
]  # fmt: skip


@pytest.mark.parametrize("group", [[], [LOW], [EDGE], [LISTED]], ids=["无", "低保", "边缘", "监测"])
@pytest.mark.parametrize("first", range(0, len(BAD), 3))
def test_one_more_bad_fact_never_takes_weight_away(group, first):
    """Whatever is known: the weights of a family with one more bad fact are at least as much."""
    start = [wage(300000, date(2021, 1, 1), date(2022, 1, 1)), reviewed(date(2022, 1, 1))]

    def weight(bad):
        view = household(Somebody(birth=date(2008, 3, 1) if bad == [BAD[7]] else date(1980, 3, 1),
                                  known=[*group, *start], news=bad),
                         Somebody(relation="配偶", known=[jobless()]))  # fmt: skip
        return sum(each.weight(DAY, hit) for _, each, hit in evaluate(view, DAY))

    for more in range(len(BAD)):
        if more != first:
            assert weight([BAD[first], BAD[more]]) >= weight([BAD[first]])


def test_the_same_facts_a_week_later_have_the_same_causes():
    """Else a month that is scanned twice would make new hits of old trouble."""
    everything = Somebody(
        birth=date(1980, 3, 1),
        known=[LOW, wage(300000, date(2021, 1, 1), date(2022, 1, 1)), reviewed(date(2021, 5, 1))],
        news=BAD,
    )

    child = Somebody(relation="子", birth=YOUNG, news=[roll("离校")])

    def causes(day):
        return {(e.code, hit.cause) for _, e, hit in evaluate(household(everything, child), day)}

    later = replace(DAY, on=TODAY + timedelta(days=7))
    assert {"R16", "R30", "M15"} <= {code for code, _ in causes(DAY)}
    assert causes(later) == causes(DAY)
