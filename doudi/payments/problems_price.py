"""What may go wrong with the price-linkage subsidy and raised standards, with the next step."""

from doudi.kernel.problems import Problem


class IndexUnfit(Problem):
    """An index says something that cannot be."""

    code = "price.index_unfit"
    status = 422
    say = "{what}“{given}”不合适。"
    next = (
        "请按统计部门公布的同比涨幅填写万分数，例如 2.8% 填 280，下降 0.3% 填 -30；"
        "公布日在指数月之后。"
    )
    fields = ("what", "given")


class IndexConfirmed(Problem):
    """An index that was confirmed is the one that judges; later revisions change nothing."""

    code = "price.index_confirmed"
    status = 409
    say = "{region} {month} 的指数已经复核，不能再改。"
    next = "判定以首次公布值为准，统计部门以后的修订不追溯。"
    fields = ("region", "month")


class IndexMissing(Problem):
    """No confirmed index of the month reaches the county."""

    code = "price.index_missing"
    status = 409
    say = "{month} 还没有经过复核的物价指数，不能测算。"
    next = "请一人录入、另一人复核本省（市）当月的居民消费价格和食品价格同比涨幅。"
    fields = ("month",)


class PriceUnknown(Problem):
    """The rules lack a figure, so nothing can be computed."""

    code = "price.unknown"
    status = 409
    say = "{month} 的价格临时补贴算不出来：{missing}。"
    next = "请在地方参数中补录所缺的数字并附文件，再测算。"
    fields = ("month", "missing")


class RoundConfirmed(Problem):
    """A roster that was confirmed is frozen."""

    code = "price.round_confirmed"
    status = 409
    say = "{month} 的价格临时补贴名册已经确认，不能重编。"
    next = "漏掉的人由下月名册补列说明；多列的人按追缴办理。"
    fields = ("month",)


class RoundNotOpen(Problem):
    """There is no roster that waits for its confirmation."""

    code = "price.round_not_open"
    status = 409
    say = "{month} 的价格临时补贴现在是“{state}”，不能确认名册。"
    next = "未达到启动条件的月份不发放；已确认的名册请直接计提。"
    fields = ("month", "state")


class RosterChanged(Problem):
    """The frozen rows are not those that were counted."""

    code = "price.roster_changed"
    status = 409
    say = "{month} 的名册现有 {persons} 人 {fen} 分，与编制时不一致，不能确认。"
    next = "请重编名册，并报告系统管理员核查审计记录。"
    fields = ("month", "persons", "fen")


class NothingRaised(Problem):
    """The rules know no higher figure from that day on."""

    code = "raise.nothing_raised"
    status = 409
    say = "{place} 自 {since} 起没有查到高于此前的{scheme}标准。"
    next = "请先在地方参数中录入新标准（附文号和执行日期），再登记提标。"
    fields = ("place", "since", "scheme")


class SchemeNotRaised(Problem):
    """Only schemes whose amounts follow a standard per person are raised here."""

    code = "raise.scheme"
    status = 422
    say = "“{scheme}”不能在这里提标。"
    next = "目前支持低保（按差额或分档计发）。"
    fields = ("scheme",)


class RaiseKnown(Problem):
    """A raise from the same day is there already, with another document."""

    code = "raise.known"
    status = 409
    say = "{scheme}自 {since} 起的提标已按 {document} 登记。"
    next = "同一执行日只登记一次；再次提标请填写新的执行日。"
    fields = ("scheme", "since", "document")


class RaiseConfirmed(Problem):
    """A raise is confirmed once."""

    code = "raise.confirmed"
    status = 409
    say = "{document} 的提标已经复核，补发明细已生成。"
    next = "请到发放页面查看补发明细。"
    fields = ("document",)
