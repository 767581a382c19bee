"""What may go wrong with alerts and leads, said in the bureau's words."""

from doudi.kernel.problems import Problem


class AlertElsewhere(Problem):
    """The alert is in another state than the step needs."""

    code = "alert.wrong_state"
    status = 409
    say = "这条预警现在是“{state}”，不能{step}。"
    next = "请刷新页面，按页面上列出的下一步办理。"
    fields = ("state", "step")


class FindingMissing(Problem):
    """A check without words teaches nobody."""

    code = "alert.finding_missing"
    say = "核查情况没有填写。"
    next = "请写明入户看到的情况，再提交。"


class VerdictUnknown(Problem):
    """The verdict is one of three words."""

    code = "alert.verdict_unknown"
    say = "核查结论“{verdict}”不在可选范围内。"
    next = "请在“属实、部分属实、不属实”中选一项。"
    fields = ("verdict",)


class DisposalUnknown(Problem):
    """The disposal is one of A0–A4."""

    code = "alert.disposal_unknown"
    say = "处置方式“{disposal}”不在可选范围内。"
    next = "请在 A0 关闭、A1 落实、A2 转办、A3 一事一议、A4 复核待遇中选一项。"
    fields = ("disposal",)


class VerdictContradicts(Problem):
    """What is not true needs no disposal."""

    code = "alert.verdict_contradicts"
    say = "结论是“不属实”，处置方式却是 {disposal}。"
    next = "不属实的选 A0 关闭；确有困难的请把结论改为“属实”或“部分属实”。"
    fields = ("disposal",)


class VisitOfOtherKind(Problem):
    """A check is recorded as a check."""

    code = "alert.visit_of_other_kind"
    say = "走访事由“{purpose}”不是预警核查。"
    next = "请把走访事由选为“预警核查”后再提交。"
    fields = ("purpose",)


class NotVisited(Problem):
    """Nobody has been there."""

    code = "alert.not_visited"
    status = 409
    say = "这条预警还没有走访记录，不能关闭。"
    next = "请先登记入户（或电话、视频）核查，再关闭。"


class NoVerdict(Problem):
    """The visit led to no verdict."""

    code = "alert.no_verdict"
    status = 409
    say = "这条预警还没有核查结论，不能关闭。"
    next = "请在核查反馈中选择属实、部分属实或不属实。"


class NoDisposal(Problem):
    """The visit led to no disposal."""

    code = "alert.no_disposal"
    status = 409
    say = "这条预警还没有处置结果，不能关闭。"
    next = "请在核查反馈中选择 A0 到 A4 的处置方式。"


class PolicyNotTold(Problem):
    """The family was not told what it may apply for."""

    code = "alert.policy_not_told"
    status = 409
    say = "还没有政策告知回执，不能关闭。"
    next = "请向该户告知可以申请的救助政策，登记告知后再关闭。"


class NotLinked(Problem):
    """A2 ends in a case or a referral."""

    code = "alert.not_linked"
    status = 409
    say = "处置方式是 A2 转办，但还没有关联申请或转介，不能关闭。"
    next = "请从这条预警受理申请，或登记转介单号。"


class WaitsForCase(Problem):
    """The case says how the alert ends."""

    code = "alert.waits_for_case"
    status = 409
    say = "这条预警已转入 {subject}，等待办理结果，不能直接关闭。"
    next = "申请办结后预警自动关闭；需要催办的，请打开该申请。"
    fields = ("subject",)


class NotForHandingOn(Problem):
    """Only A2 is handed on."""

    code = "alert.not_for_handing_on"
    status = 409
    say = "这条预警的处置方式是 {disposal}，不是 A2，不能转办。"
    next = "确需转办的，请分管领导退回重核，再把处置方式改为 A2。"
    fields = ("disposal",)


class SubjectUnreadable(Problem):
    """What an alert is handed to has a package, a kind and a number."""

    code = "alert.subject_unreadable"
    say = "转办对象“{subject}”读不懂。"
    next = "请从页面上选择申请或转介单，不要手工填写。"
    fields = ("subject",)


class LinkedElsewhere(Problem):
    """An alert is handed on once."""

    code = "alert.linked_elsewhere"
    status = 409
    say = "这条预警已经转入 {subject}。"
    next = "请打开该办件继续办理，不要重复转办。"
    fields = ("subject",)


class ReasonMissing(Problem):
    """Sending back without saying why helps nobody."""

    code = "alert.reason_missing"
    say = "没有填写退回理由。"
    next = "请写明哪里没有核清、需要补什么，再退回。"


class ReturnedTooOften(Problem):
    """An alert goes back twice at most."""

    code = "alert.returned_too_often"
    status = 409
    say = "这条预警已经退回过 {times} 次，不能再退回。"
    next = "请由县级协调机制一事一议，或按现有核查结果办理。"
    fields = ("times",)


class DeathFindingMissing(Problem):
    """A check of a death says what was found."""

    code = "death.finding_missing"
    say = "死亡核实情况没有填写。"
    next = "请写明向谁核实、看到什么，再提交。"


class SuspensionSettled(Problem):
    """A death is checked once."""

    code = "death.settled"
    status = 409
    say = "这条暂缓已经核实过，现在是“{state}”。"
    next = "请刷新页面；有新情况的，请走待遇变更。"
    fields = ("state",)


class LeadIncomplete(Problem):
    """A lead says who is in trouble and why."""

    code = "lead.incomplete"
    say = "线索没有填写{what}。"
    next = "请写明是谁、遇到什么困难，再上报。"
    fields = ("what",)


class LeadSourceUnknown(Problem):
    """A lead comes from one of the listed sources."""

    code = "lead.source_unknown"
    say = "线索来源“{source}”不在可选范围内。"
    next = "请在村级走访、本人申报、热线、预警中选一项。"
    fields = ("source",)


class LeadPlaceNotYours(Problem):
    """A lead is reported where one works."""

    code = "lead.place_not_yours"
    status = 403
    say = "线索所在地不在您的管辖范围内。"
    next = "请核对村（社区）；确属外地的，请联系当地乡镇。"


class LeadSettled(Problem):
    """A lead is settled once."""

    code = "lead.settled"
    status = 409
    say = "这条线索已经{state}。"
    next = "请刷新页面；有新情况的，请另报一条线索。"
    fields = ("state",)


class OutcomeMissing(Problem):
    """A lead ends with words."""

    code = "lead.outcome_missing"
    say = "没有填写初核结果。"
    next = "请写明初核情况和处理办法，再了结。"


class SweepNameless(Problem):
    """A campaign without a name."""

    code = "sweep.nameless"
    say = "排查没有名称。"
    next = "请写一个名称，如“2022年夏季防漏保排查”。"


class SweepDatesUnfit(Problem):
    """A campaign that is over before it begins."""

    code = "sweep.dates_unfit"
    say = "截止日 {until} 早于今天 {today}。"
    next = "请把截止日改为今天以后。"
    fields = ("until", "today")


class SweepPopulationUnknown(Problem):
    """A population that the dictionary does not have, or that waits for a list."""

    code = "sweep.population_unknown"
    say = "排查人群“{population}”不在清单里，或者还没有名单可查。"
    next = "请在页面列出的人群中选择至少一种。"
    fields = ("population",)


class SweepRunning(Problem):
    """One campaign at a time."""

    code = "sweep.running"
    status = 409
    say = "“{name}”还没有结束，不能再开始一次排查。"
    next = "请先把它查完并结束。"
    fields = ("name",)


class SweepEmpty(Problem):
    """Nobody belongs to the chosen populations."""

    code = "sweep.empty"
    say = "所选人群在本地一个人也没有，排查没有开始。"
    next = "请确认部门数据已经接收，或多选几种人群。"


class SweepOver(Problem):
    """A campaign that ended takes no further outcomes."""

    code = "sweep.over"
    status = 409
    say = "这次排查已经结束，结果不能再改。"
    next = "新发现的情况请作为线索上报。"


class SweepReasonUnknown(Problem):
    """What was found is one of the dictionary's codes."""

    code = "sweep.reason_unknown"
    say = "没有选择核实结果，或者“{reason}”不在可选范围内。"
    next = "请从页面列出的结果中选一项。"
    fields = ("reason",)


class SweepNotVisited(Problem):
    """Most outcomes need that somebody was seen or spoken with."""

    code = "sweep.not_visited"
    say = "“{label}”要见到人或通过话才能认定，没有写明走访方式。"
    next = "请选择入户、电话或视频，并写明看到、听到的情况。"
    fields = ("label",)


class SweepNoteMissing(Problem):
    """An outcome without words teaches nobody."""

    code = "sweep.note_missing"
    say = "核实情况没有填写。"
    next = "请写明依据：看到、听到了什么，或查了哪份档案。"


class SweepCovered(Problem):
    """Those who receive help already are not checked."""

    code = "sweep.covered"
    status = 409
    say = "这个人开始排查时已在享受{scheme}，不在核实名单里。"
    next = "请回到名单，选择还没有核实的人。"
    fields = ("scheme",)


class SweepUnfinished(Problem):
    """No campaign ends while somebody has no outcome."""

    code = "sweep.unfinished"
    status = 409
    say = "还有 {count} 人没有核实结果，排查不能结束：{where}。"
    next = "请催办这些村；确实联系不上的，也要由人逐个登记“联系不上”并写明经过。"
    fields = ("count", "where")


class SweepConclusionMissing(Problem):
    """A campaign ends with words."""

    code = "sweep.conclusion_missing"
    say = "没有填写排查总结。"
    next = "请写明发现的问题和下一步打算，再结束排查。"


class AssigneeUnfit(Problem):
    """Only who works in this village can be sent."""

    code = "sweep.assignee_unfit"
    say = "所选人员没有在这个村任职，不能把任务派给他。"
    next = "请从列出的村级协理员和乡镇经办人中选择。"


class ThresholdNotMovable(Problem):
    """A figure that is not one number, or that nobody knows."""

    code = "threshold.not_movable"
    say = "“{name}”不是可以调整的阈值。"
    next = "请从页面列出的指标和阈值中选择。"
    fields = ("name",)


class ThresholdUnreadable(Problem):
    """What was typed is not a number of this unit."""

    code = "threshold.unreadable"
    say = "“{given}”不能作为阈值，这里的单位是{unit}。"
    next = "请填写不小于零的数字；金额和百分比最多两位小数，其余填整数。"
    fields = ("given", "unit")


class ThresholdReasonMissing(Problem):
    """A threshold is moved for a reason that others can read."""

    code = "threshold.reason_missing"
    say = "没有填写调整的理由。"
    next = "请写明依据，如会议纪要、试算结果，再保存。"


class ThresholdTooEarly(Problem):
    """What was judged stays judged."""

    code = "threshold.too_early"
    say = "起用日 {since} 早于今天，已经发出的预警不能改判。"
    next = "请把起用日改为今天或以后。"
    fields = ("since",)


class ThresholdSame(Problem):
    """Nothing would change."""

    code = "threshold.same"
    say = "新的阈值和现在的一样，没有保存。"
    next = "请改动数值后再保存。"


class OnlyTownshipCloses(Problem):
    """A grave alert, or one that leads further, is the township's to close."""

    code = "alert.only_township_closes"
    status = 409
    say = "这条{colour}色预警不能在村里办结。"
    next = "请只点“提交核查”，由乡镇经办人处置。村里可以办结的是蓝、黄色且当场落实或无困难的预警。"
    fields = ("colour",)


class PhotoUnfit(Problem):
    """What came as a photo is none, or too large."""

    code = "lead.photo_unfit"
    say = "照片“{name}”不能用：{why}。"
    next = "请直接用手机拍照（JPG 或 PNG，不超过 10 MB），或者不附照片。"
    fields = ("name", "why")


class RevealWithoutReason(Problem):
    """Who reported is shown for a reason only."""

    code = "lead.reveal_without_reason"
    say = "没有填写查看报告人的理由，没有显示。"
    next = "请写明为什么必须知道是谁报告的。"
