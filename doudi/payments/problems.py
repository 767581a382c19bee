"""What may go wrong on the way from an award to a card, said with the next step."""

from doudi.kernel.problems import Problem


class SameReferenceOtherAmount(Problem):
    """A month is accrued already with another amount: never changed silently (promise M6)."""

    code = "payment.same_reference_other_amount"
    status = 409
    say = "业务号 {reference} 已按 {was} 分计提，现在的待遇是 {now} 分；共 {count} 户金额不一致。"
    next = "本次没有计提任何一户。请核对这些户的待遇变更决定，差额按补发或追回办理。"
    fields = ("reference", "was", "now", "count")


class NothingToPay(Problem):
    """No line waits for a batch."""

    code = "payment.nothing_to_pay"
    status = 409
    say = "{scheme} {month} 没有等待编制批次的应发明细，已有批次 {batches} 个，暂缓 {held} 笔。"
    next = "请先计提当月应发；如有暂缓，请先处理暂缓原因。"
    fields = ("scheme", "month", "batches", "held")


class WrongState(Problem):
    """A batch is not where this step begins."""

    code = "payment.wrong_state"
    status = 409
    say = "批次 {number} 现在是“{state}”，不能{step}。"
    next = "请刷新页面，查看批次办到了哪一步。"
    fields = ("number", "state", "step")


class SamePerson(Problem):
    """Making, approving and releasing a batch need three people (promise M10)."""

    code = "payment.same_person"
    status = 403
    say = "批次 {number} 的“{done}”是您本人办的，不能再由您{step}。"
    next = "请由另一位有权限的同事办理。换岗位不改变这一限制，因为它认人不认岗。"
    fields = ("number", "done", "step")


class PersonNeeded(Problem):
    """Money moves in the name of a person, never of a machine."""

    code = "payment.person_needed"
    status = 403
    say = "{step}必须由本人登录办理。"
    next = "请用自己的账号登录后办理。"
    fields = ("step",)


class ContentChanged(Problem):
    """What would be paid is not what the step before had seen."""

    code = "payment.content_changed"
    status = 409
    say = "批次 {number} 的明细与编制时不一致，不能{step}。"
    next = "请退回本批重新编制，并报告系统管理员核查审计记录。"
    fields = ("number", "step")


class EverythingHeld(Problem):
    """At the release every line of the batch met a stop."""

    code = "payment.everything_held"
    status = 409
    say = "批次 {number} 的 {lines} 笔现在全部应当暂缓，不能放行。"
    next = "请退回本批，处理暂缓原因后重新编制。"
    fields = ("number", "lines")


class ReturnForAnotherBatch(Problem):
    """The head of a return file names another batch."""

    code = "payment.return_for_another_batch"
    status = 409
    say = "这份回盘文件属于批次 {found}，不是 {number}，没有导入。"
    next = "请在批次 {found} 的页面导入，或向银行索取 {number} 的回盘文件。"
    fields = ("number", "found")


class LayoutUnknown(Problem):
    """A layout that was not agreed with any bank."""

    code = "payment.layout_unknown"
    say = "没有“{layout}”这种银行文件格式。"
    next = "请在已约定的格式中选择：{layouts}。"
    fields = ("layout", "layouts")


class PayeeKindUnknown(Problem):
    """Nobody of this kind can be paid in a household's place."""

    code = "payee.kind_unknown"
    say = "“{kind}”不能作为代为收款的人。"
    next = "请选择：{kinds}。"
    fields = ("kind", "kinds")


class ArrangementIncomplete(Problem):
    """An arrangement lacks what makes it valid."""

    code = "payee.incomplete"
    say = "代为收款的安排缺少：{missing}。"
    next = "请按{paper}填写后再保存。"
    fields = ("missing", "paper")


class ArrangementNotOpen(Problem):
    """The arrangement was confirmed, replaced or ended meanwhile."""

    code = "payee.not_open"
    status = 409
    say = "这项收款安排已经确认、替换或停用，本次没有保存。"
    next = "请刷新页面，核对现在的收款安排。"
    fields = ()
