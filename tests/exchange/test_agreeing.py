"""The id finds, the name or the date of birth confirms, and a contradiction goes to a human."""

from datetime import date

from doudi.exchange.agreeing import Candidate, judge, judge_all

BORN = date(1960, 2, 3)
PENSION = ["pension", "职工", 100, "", None, "2022-05-01", None]


def row(number: int = 1, **changed: object) -> Candidate:
    told = {
        "row_id": number, "line": number + 1, "name": "张三", "birth": None, "has_id": True,
        "notes": (), "facts": [PENSION], "person_id": 7, "person_name": "张三",
        "person_birth": BORN,
    }  # fmt: skip
    return Candidate(**(told | changed))  # type: ignore[arg-type]


def test_the_same_name_confirms_whatever_blanks_dots_and_width_it_is_written_with():
    for name in ("张三", " 张 三 ", "张\u3000三"):
        assert judge(row(name=name)).tier == "证号"
    assert judge(row(name="阿·布", person_name="阿布")).tier == "证号"


def test_the_date_of_birth_confirms_where_the_name_differs():
    assert judge(row(name="张珊", birth=BORN)).tier == "证号"
    assert judge(row(name="张珊", birth=date(1960, 2, 4))).tier == "待认"


def test_a_similar_name_confirms_nothing_and_names_are_masked_in_the_reason():
    verdict = judge(row(name="张叁"))
    assert (verdict.tier, verdict.person_id) == ("待认", 7)
    assert "张*" in verdict.why
    assert "三" not in verdict.why


def test_an_empty_name_never_equals_an_empty_name():
    assert judge(row(name="", person_name="张三")).tier == "待认"


def test_without_id_nobody_is_found_even_where_the_name_is_known():
    assert judge(row(has_id=False, person_id=None)).person_id is None
    assert judge(row(person_id=None)).tier == "无此人"


def test_two_rows_that_say_different_things_of_one_fact_both_wait():
    other = ["pension", "职工", 200, "", None, "2022-05-01", None]
    for pair in ([row(1), row(2, facts=[other])], [row(2, facts=[other]), row(1)]):
        verdicts = judge_all(pair)
        assert {verdict.tier for verdict in verdicts} == {"待认"}
        assert "内容不同" in verdicts[0].why


def test_two_rows_that_say_the_same_or_speak_of_other_facts_are_both_taken():
    other = ["pension", "居民", 200, "", None, "2022-05-01", None]
    verdicts = judge_all([row(1), row(2), row(3, facts=[other])])
    assert {verdict.tier for verdict in verdicts} == {"证号"}


def test_the_upgrade_of_an_old_number_stands_in_the_reason():
    assert "升为18位" in judge(row(notes=("证件号码由15位旧号升为18位",))).why
