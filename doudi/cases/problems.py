"""What can be wrong with a case, in the words of the desk."""

from doudi.kernel.problems import Problem


class CaseProblem(Problem):
    """Group: a case cannot go on like this."""


class WrongStage(CaseProblem):
    code = "case.wrong_stage"
    status = 409
    say = "案件 {case} 现在是“{stage}”，不能“{action}”。"
    next = "请刷新页面，按当前环节可办的事项办理。"
    fields = ("case", "stage", "action")


class SamePerson(CaseProblem):
    code = "case.same_person"
    status = 403
    say = "案件 {case} 的“{done}”是您办理的，这一步须由其他人办理（{why}）。"
    next = "请转给本岗位的其他同事办理。"
    fields = ("case", "done", "why")


class ReasonMissing(CaseProblem):
    code = "case.reason_missing"
    status = 422
    say = "“{field}”没有填写。"
    next = "请写明后再提交。"
    fields = ("field",)


class NoSuchProcedure(CaseProblem):
    code = "case.no_such_procedure"
    status = 422
    say = "没有“{procedure}”这种办理程序。"
    next = "请从列出的程序中选择。"
    fields = ("procedure",)


class NoSuchChannel(CaseProblem):
    code = "case.no_such_channel"
    status = 422
    say = "没有“{channel}”这种申请方式。"
    next = "请选择：{allowed}。"
    fields = ("channel", "allowed")


class OpenCaseExists(CaseProblem):
    code = "case.open_case_exists"
    status = 409
    say = "这一家庭已有在办的{procedure}案件 {case}（{stage}），不能再受理一件。"
    next = "请打开案件 {case} 继续办理；确需重新申请的，先终止原案件。"
    fields = ("procedure", "case", "stage")


class AlreadyAwarded(CaseProblem):
    code = "case.already_awarded"
    status = 409
    say = "这一家庭或其成员（{people}）正在享受{scheme}，同类待遇不能重复。"
    next = "情况有变化的走变更；享受的是别的家庭的，先办理停发或者减员。"
    fields = ("people", "scheme")


class NotAMember(CaseProblem):
    code = "case.applicant_not_a_member"
    status = 422
    say = "申请人不是这一家庭现在的共同生活成员。"
    next = "请核对家庭成员；申请人应当是共同生活的成员之一。"
    fields = ()


class NotAdult(CaseProblem):
    code = "case.applicant_not_adult"
    status = 422
    say = "申请人 {name} 未满 {age} 周岁或者已经去世，不能作为申请人。"
    next = "请由家庭中其他成年成员申请；没有成年成员的，由监护人或者村（居）委会代办。"
    fields = ("name", "age")


class OutsideTownship(CaseProblem):
    code = "case.outside_township"
    status = 403
    say = "申请由乡镇（街道）受理，您现在的岗位管辖范围不是一个乡镇（街道）。"
    next = "请切换到乡镇经办岗位，或者转给该乡镇的经办人。"
    fields = ()


class MeansUnknown(CaseProblem):
    code = "case.means_unknown"
    status = 422
    say = "申报或者核实的“{name}”不是规定的项目。"
    next = "请按申报表的项目填写；成员的项目填在该成员名下。"
    fields = ("name",)


class ConsentMissing(CaseProblem):
    code = "case.consent_missing"
    status = 409
    say = "案件 {case} 还缺 {people} 的核对授权。"
    next = "请上列成员签署授权书并登记；未满十八周岁的由监护人签署。"
    fields = ("case", "people")


class CheckAsked(CaseProblem):
    code = "case.check_already_asked"
    status = 409
    say = "案件 {case} 已经提请过信息核对。"
    next = "请查看核对结果；来源答复后办理“信息核对完成”。"
    fields = ("case",)


class CheckNotAsked(CaseProblem):
    code = "case.check_not_asked"
    status = 409
    say = "案件 {case} 还没有提请信息核对。"
    next = "请先办理“提请信息核对”。"
    fields = ("case",)


class NotSigned(CaseProblem):
    code = "case.not_signed"
    status = 422
    say = "入户调查表还没有{who}签字。"
    next = "请补齐签字后再提交。"
    fields = ("who",)


class NotAtHome(CaseProblem):
    code = "case.not_at_home"
    status = 422
    say = "这一步须入户，登记的方式是“{manner}”。"
    next = "请入户后再登记；电话、视频可以另作走访记录。"
    fields = ("manner",)


class NotDue(CaseProblem):
    code = "case.not_due"
    status = 422
    say = "按核实的情况，规则判定为“{result}”，不能同意。{reasons}"
    next = "资料不全的先补齐，须复核的先复核；确不符合的，选择不同意并说明理由。"
    fields = ("result", "reasons")


class NotDecidable(CaseProblem):
    code = "case.not_decidable"
    status = 422
    say = "现有情况判定为“{result}”，还不能下结论。{reasons}"
    next = "缺资料的补齐、须复核的复核之后再办；可退回补充调查。申请人拒不配合的，终止审核程序。"
    fields = ("result", "reasons")


class NoticeNotOver(CaseProblem):
    code = "case.notice_not_over"
    status = 409
    say = "案件 {case} 的公示要到 {ends} 才满期。"
    next = "请在 {ends} 的次日起再办理；张贴当天不计入七日。"
    fields = ("case", "ends")


class ObjectionOpen(CaseProblem):
    code = "case.objection_open"
    status = 409
    say = "案件 {case} 还有 {count} 条公示异议没有答复。"
    next = "请先调查并逐条答复异议。"
    fields = ("case", "count")


class ObjectionAnswered(CaseProblem):
    code = "case.objection_answered"
    status = 409
    say = "这条异议已经答复过。"
    next = "请查看原答复；有新情况的，另登记一条异议。"
    fields = ()


class NotPublished(CaseProblem):
    code = "case.not_published"
    status = 409
    say = "案件 {case} 没有公示满期的记录，不能确认。"
    next = "请县级审核岗退回乡镇，重新提出初审意见并公示。"
    fields = ("case",)


class CountyVisitMissing(CaseProblem):
    code = "case.county_visit_missing"
    status = 409
    say = "案件 {case} 有近亲属备案，县级须先入户调查。"
    next = "请先登记县级入户调查，再提出审核意见。"
    fields = ("case",)


class NoSuchOutcome(CaseProblem):
    code = "case.no_such_outcome"
    status = 422
    say = "决定只能是“确认”或者“不予确认”，不能是“{outcome}”。"
    next = "请重新选择。"
    fields = ("outcome",)


class NoSuchCause(CaseProblem):
    code = "case.no_such_cause"
    status = 422
    say = "“{cause}”不是规定的事由。"
    next = "请选择：{allowed}。"
    fields = ("cause", "allowed")


class AlreadyExtended(CaseProblem):
    code = "case.already_extended"
    status = 409
    say = "案件 {case} 已经延长过，最迟 {due} 办结。"
    next = "请在期限内办结。"
    fields = ("case", "due")


class AwardEnded(CaseProblem):
    code = "case.award_ended"
    status = 409
    say = "这份待遇已经自 {before} 起停发。"
    next = "请刷新页面查看。"
    fields = ("before",)


class NoticeGiven(CaseProblem):
    code = "case.notice_given"
    status = 409
    say = "案件 {case} 的决定已经送达。"
    next = "请刷新页面查看。"
    fields = ("case",)


class LawNotInForce(CaseProblem):
    code = "case.law_not_in_force"
    status = 422
    say = "{on} 还没有“{procedure}”的规定，或者没有选择对象。"
    next = "请核对办理日期和申请的项目；按人办理的，请选择对象。"
    fields = ("procedure", "on")


class NobodyNamed(CaseProblem):
    code = "case.nobody_named"
    status = 422
    say = "“{procedure}”按人办理，没有选择对象，或者对象不是这一家庭的成员。"
    next = "请在家庭成员中选择对象。"
    fields = ("procedure",)


class CareNotAssessed(CaseProblem):
    code = "case.care_not_assessed"
    status = 409
    say = "案件 {case} 还没有由县级评定生活自理能力和供养方式。"
    next = "请先逐项登记六项自理能力指标，再提出审核意见。"
    fields = ("case",)


class AbilityMissing(CaseProblem):
    code = "case.ability_missing"
    status = 422
    say = "“{name}”没有评定。"
    next = "六项指标须逐项填写“能”或者“不能”。"
    fields = ("name",)


class NoSuchForm(CaseProblem):
    code = "case.no_such_form"
    status = 422
    say = "“{form}”不是规定的{what}。"
    next = "请选择：{allowed}。"
    fields = ("what", "form", "allowed")


class AgreementIncomplete(CaseProblem):
    code = "case.agreement_incomplete"
    status = 422
    say = "照料服务协议没有填写“{field}”。"
    next = "请填写照料人、关系、服务内容、每月费用和到期日，并由三方签字后登记。"
    fields = ("field",)


class BeyondLimit(CaseProblem):
    code = "case.beyond_limit"
    status = 409
    say = "拟救助 {amount} 元，超过本级审批限额 {limit} 元（{band}）。"
    next = "乡镇请上报县级审批；县级请先登记一事一议会议纪要。"
    fields = ("amount", "limit", "band")


class BeyondFirstRelief(CaseProblem):
    code = "case.beyond_first_relief"
    status = 422
    say = "先行救助 {amount} 元，应当大于零并且不超过小金额救助上限 {limit} 元。"
    next = "请先按上限以内救助；更多的，补齐手续后按审批权限办理。"
    fields = ("amount", "limit")


class KinOfHandler(CaseProblem):
    code = "case.kin_of_handler"
    status = 403
    say = "案件 {case} 的家庭成员 {person} 是您的近亲属（{relation}），您应当回避。"
    next = "请转给本岗位的其他同事办理；县级须入户调查。"
    fields = ("case", "person", "relation")


class KinDeclared(CaseProblem):
    code = "case.kin_declared"
    status = 409
    say = "您与 {person} 的近亲属关系已经备案。"
    next = "请刷新页面查看。"
    fields = ("person",)


class WithinLimit(CaseProblem):
    code = "case.within_limit"
    status = 409
    say = "拟救助 {amount} 元，在乡镇审批限额 {limit} 元以内，由乡镇审批。"
    next = "请直接作出决定；重大困难的，在补齐手续时填写急难程度“重大”。"
    fields = ("amount", "limit")


class NotDecided(CaseProblem):
    code = "case.not_decided"
    status = 409
    say = "案件 {case} 还没有作出决定，不能登记送达。"
    next = "请在作出决定后再登记送达。"
    fields = ("case",)


class NoSuchPaper(CaseProblem):
    code = "case.no_such_paper"
    status = 404
    say = "这个案件现在没有“{paper}”。"
    next = "请从案件页列出的文书中选择。"
    fields = ("paper",)


class StillDue(CaseProblem):
    code = "case.still_due"
    status = 409
    say = "按今天已知的情况，规则判定为“{result}”，不能停发。"
    next = "情况有变的，先核实登记；资料不全的，先补齐再复核。"
    fields = ("result",)


class NotPhasedOut(CaseProblem):
    code = "case.not_phased_out"
    status = 409
    say = "按今天已知的情况，这一家庭不适用渐退。"
    next = "仍符合的选择维持或者变更；收入、财产超过渐退上限的选择停发。"
    fields = ()


class ReviewSettled(CaseProblem):
    code = "case.review_settled"
    status = 409
    say = "这次复核已经办结（{outcome}）。"
    next = "请刷新页面查看。"
    fields = ("outcome",)
