"""What may go wrong with the money that a payment comes from, said with the next step."""

from doudi.kernel.problems import Problem


class NotEnoughFunds(Problem):
    """The allotments that may be spent on a scheme do not cover a batch."""

    code = "fund.not_enough"
    status = 409
    say = (
        "批次 {number} 需要 {need} 元，可用于{scheme}的资金只剩 {left} 元，缺 {short} 元，"
        "没有放行。{tied}"
    )
    next = "请录入并由另一人复核新到账的资金指标后再放行；专项资金不能挪作他用。"
    fields = ("number", "need", "scheme", "left", "short", "tied")


class AllotmentUnfit(Problem):
    """An allotment says something that cannot be."""

    code = "fund.allotment_unfit"
    status = 422
    say = "资金指标的{what}不能填“{given}”。"
    next = "请从这些选项中选择：{allowed}。"
    fields = ("what", "given", "allowed")


class AmountUnfit(Problem):
    """Money that is not more than nothing."""

    code = "fund.amount_unfit"
    status = 422
    say = "金额 {fen} 分不合适。"
    next = "请填写大于零的金额。"
    fields = ("fen",)


class AllottedAlready(Problem):
    """The same document allots the same money again, with other content."""

    code = "fund.allotted_already"
    status = 409
    say = "文号 {document} 的这笔{source}资金已经录入过，金额 {was} 分。"
    next = "请核对文号；追加的资金有自己的文号。录错而未复核的，请联系录入人更正后复核。"
    fields = ("document", "source", "was")


class ConfirmedAlready(Problem):
    """What was confirmed stays as it is."""

    code = "fund.confirmed_already"
    status = 409
    say = "{what}已经复核过了。"
    next = "请刷新页面查看。"
    fields = ("what",)


class ServiceEnteredAlready(Problem):
    """The same contract came with other content."""

    code = "fund.service_entered_already"
    status = 409
    say = "合同 {number} 已按 {was} 元录入过，这次写的是 {fen} 元，没有重复录入。"
    next = "请核对合同号；同一合同只录入一次，追加的支出用补充合同号。"
    fields = ("number", "was", "fen")


class ServicesNotHere(Problem):
    """Services are bought from money for services or relief, not from money tied to a scheme."""

    code = "fund.services_not_here"
    status = 409
    say = "文号 {document} 的资金只能用于{schemes}，不能用于购买服务。"
    next = "请改用服务资金或没有限定项目的救助资金。"
    fields = ("document", "schemes")


class ServicesOverCap(Problem):
    """Services would take more of the year's relief money than may be."""

    code = "fund.services_over_cap"
    status = 409
    say = (
        "{year} 年购买服务已支出 {spent} 元，加上本次 {fen} 元，"
        "超过救助资金 {base} 元的上限 {most} 元。"
    )
    next = (
        "请压减合同金额，或待追加救助资金到账后再办理；上限是带日期的参数，县里有规定的可以调整。"
    )
    fields = ("year", "spent", "fen", "base", "most")


class ServicesNotCovered(Problem):
    """The allotment has not enough left for the services."""

    code = "fund.services_not_covered"
    status = 409
    say = "文号 {document} 的资金只剩 {left} 元，不够支付 {fen} 元。"
    next = "请改用另一笔资金，或等资金到账。"
    fields = ("document", "left", "fen")
