"""What may go wrong with money that was paid and not due, said with the next step."""

from doudi.kernel.problems import Problem


class NothingOverpaid(Problem):
    """No paid month lies in the months that are said to be not due."""

    code = "recovery.nothing_overpaid"
    status = 409
    say = "这一户的{scheme}在 {since} 起的月份里没有查到已到账而未列入追缴的发放。"
    next = "请核对项目和月份；在途的发放待银行回盘后再查，未放行的请先停发。"
    fields = ("scheme", "since")


class CauseUnknown(Problem):
    """A claim needs one of the causes of the law."""

    code = "recovery.cause_unknown"
    status = 422
    say = "“{cause}”不是追缴事由。"
    next = "请从这些事由中选择：{allowed}。"
    fields = ("cause", "allowed")


class ChoiceUnknown(Problem):
    """An answer that is none of those offered."""

    code = "recovery.choice_unknown"
    status = 422
    say = "{what}不能填“{given}”。"
    next = "请从这些选项中选择：{allowed}。"
    fields = ("what", "given", "allowed")


class ReasonMissing(Problem):
    """Whatever touches a family's money needs a reason in words."""

    code = "recovery.reason_missing"
    status = 422
    say = "{what}没有填写。"
    next = "请写明事实和依据，家庭会在文书上看到。"
    fields = ("what",)


class RecoveryState(Problem):
    """A claim is not where this step begins."""

    code = "recovery.wrong_state"
    status = 409
    say = "追缴 {number} 现在是“{state}”，不能{step}。"
    next = "请刷新页面，查看办到了哪一步；顺序是告知、听取陈述、认定、商定偿还。"
    fields = ("number", "state", "step")


class StillHeard(Problem):
    """The family may still speak."""

    code = "recovery.still_heard"
    status = 409
    say = "追缴 {number} 的陈述申辩期到 {until} 才满，家庭还没有陈述，现在不能认定。"
    next = "请等期满次日再认定；家庭提前陈述的，先登记陈述。"
    fields = ("number", "until")


class OtherPersonNeeded(Problem):
    """The second person is another one, whichever post they hold."""

    code = "recovery.other_person"
    status = 403
    say = "{subject}的“{done}”是您本人办的，不能再由您{step}。"
    next = "请由另一位有权限的同事办理。换岗位不改变这一限制，因为它认人不认岗。"
    fields = ("subject", "done", "step")


class InstalmentUnfit(Problem):
    """An instalment is more than nothing and not more than what is owed."""

    code = "recovery.instalment_unfit"
    status = 422
    say = "每月 {fen} 分不合适，尚欠 {left} 分。"
    next = "请填写大于零、不超过尚欠金额的每月数额。"
    fields = ("fen", "left")


class MoreThanOwed(Problem):
    """A repayment is larger than what is left of the claim."""

    code = "recovery.more_than_owed"
    status = 409
    say = "追缴 {number} 尚欠 {left} 分（已扣除待放行批次中预留的抵扣），不能收 {fen} 分。"
    next = "请核对票据金额；多收的部分应当场退还，不入账。"
    fields = ("number", "left", "fen")


class VoucherOtherAmount(Problem):
    """The same receipt came with another amount or day."""

    code = "recovery.voucher_other_amount"
    status = 409
    say = "票据 {voucher} 已按 {was} 分入账，这次写的是 {fen} 分，没有重复入账。"
    next = "请核对票据号；同一张票据只入账一次。"
    fields = ("voucher", "was", "fen")


class WriteOffOpen(Problem):
    """A write-off of the claim waits for its decision."""

    code = "recovery.write_off_open"
    status = 409
    say = "追缴 {number} 的核销申请正在等待决定。"
    next = "请先由另一位有权限的同事决定是否核销。"
    fields = ("number",)


class NoWriteOff(Problem):
    """There is no proposal to decide on."""

    code = "recovery.no_write_off"
    status = 409
    say = "追缴 {number} 没有等待决定的核销申请。"
    next = "请先提出核销申请并写明理由。"
    fields = ("number",)
