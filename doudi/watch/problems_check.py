"""What may go wrong when a sample of equal awards is written down, in the bureau's words."""

from doudi.kernel.problems import Problem


class AlikeSettled(Problem):
    """A sample is written down once."""

    code = "alike.settled"
    status = 409
    say = "这次抽查的结果已经登记过。"
    next = "请刷新页面查看；有新情况的，作为线索上报。"


class AlikeNumbersUnfit(Problem):
    """Numbers that cannot be a sample of so many."""

    code = "alike.numbers_unfit"
    say = "抽查户数应在 1 到 {households} 之间，有问题的不能多于抽查的。"
    next = "请改正两个数字后再提交。"
    fields = ("households",)


class AlikeFindingMissing(Problem):
    """A sample without words teaches nobody."""

    code = "alike.finding_missing"
    say = "没有填写抽查情况。"
    next = "请写明看了哪些户、金额为什么相同、有没有问题。"
