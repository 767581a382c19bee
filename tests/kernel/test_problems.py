"""Problems: complete, unique, in Chinese, and strict about their facts."""

import pickle
import pkgutil
from importlib import import_module

import pytest

import doudi.kernel
from doudi.kernel.problems import NotAllowed, NotThere, Problem, require

for module in pkgutil.iter_modules(doudi.kernel.__path__):
    import_module(f"doudi.kernel.{module.name}")

KERNEL_PROBLEMS = [kind for kind in Problem.all() if kind.__module__.startswith("doudi.kernel")]


class StillPublicised(Problem):
    code = "test.still_publicised"
    status = 409
    say = "案件 {case} 的公示要到 {ends} 才满期。"
    next = "请在 {ends} 之后提交。"
    fields = ("case", "ends")


def test_a_problem_says_what_is_wrong_and_what_to_do_next():
    problem = StillPublicised(case="A1", ends="2022-04-25")
    assert str(problem) == "案件 A1 的公示要到 2022-04-25 才满期。"
    assert problem.as_dict() == {
        "code": "test.still_publicised",
        "status": 409,
        "say": "案件 A1 的公示要到 2022-04-25 才满期。",
        "next": "请在 2022-04-25 之后提交。",
        "facts": {"case": "A1", "ends": "2022-04-25"},
    }


@pytest.mark.parametrize("facts", [{}, {"case": "A1"}, {"case": 1, "ends": 2, "who": 3}])
def test_missing_and_extra_facts_are_the_programmers_error(facts):
    with pytest.raises(AssertionError):
        StillPublicised(**facts)


def test_a_code_can_be_taken_only_once():
    with pytest.raises(TypeError, match="already taken"):
        type("Another", (Problem,), {"code": "test.still_publicised", "say": "一", "next": "二"})


def test_a_sentence_may_only_mention_declared_facts():
    with pytest.raises(TypeError, match="undeclared"):
        type("Loose", (Problem,), {"code": "test.loose", "say": "{what}", "next": "二"})
    assert "test.loose" not in [kind.code for kind in Problem.all()]


@pytest.mark.parametrize("missing", ["say", "next"])
def test_a_problem_without_a_sentence_or_a_next_step_is_refused(missing):
    body = {"code": "test.mute", "say": "一", "next": "二", missing: ""}
    with pytest.raises(TypeError, match="needs"):
        type("Mute", (Problem,), body)


def test_a_group_can_be_caught_but_not_raised():
    group = type("Group", (Problem,), {})
    with pytest.raises(AssertionError, match="group"):
        group()


def test_facts_that_look_like_templates_are_not_filled_in_again():
    assert str(StillPublicised(case="{ends}", ends="x")).startswith("案件 {ends} ")


def test_a_problem_survives_the_way_to_another_process():
    problem = StillPublicised(case="A1", ends="2022-04-25")
    again = pickle.loads(pickle.dumps(problem))
    assert (type(again), again.as_dict()) == (StillPublicised, problem.as_dict())


def test_not_there_and_not_yours_are_one_answer_without_facts():
    assert (NotThere.code, NotThere.status, NotThere.fields) == ("not_there", 404, ())
    assert str(NotThere()) == "没有这条记录，或者不在您的管辖范围内。"


def test_not_allowed_names_the_action():
    problem = NotAllowed(action="发放确认")
    assert problem.status == 403
    assert "发放确认" in str(problem)


def test_require_raises_only_when_the_condition_fails():
    require(True, NotThere())
    with pytest.raises(NotThere):
        require("", NotThere())


@pytest.mark.parametrize("kind", KERNEL_PROBLEMS, ids=lambda kind: kind.code)
def test_every_sentence_of_the_kernel_is_chinese_and_ends(kind):
    assert kind.say.endswith("。")
    assert kind.next.endswith("。")
    assert any("一" <= character <= "鿿" for character in kind.say)
