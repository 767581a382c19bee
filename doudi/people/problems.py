"""What may go wrong with persons and households, said in the bureau's words."""

from doudi.kernel.problems import Problem


class PersonKnownAlready(Problem):
    """The id number belongs to a person of the registry, here or elsewhere."""

    code = "person.known_already"
    status = 409
    say = "这个身份证号已经登记过，本次没有重复登记。"
    next = "请按身份证号查找该人员；查不到的，请联系县级管理员办理户籍迁移或辖区变更。"


class PlaceNotYours(Problem):
    """Neither the registered place nor the residence lies in the actor's range."""

    code = "person.place_not_yours"
    status = 403
    say = "户籍地和居住地都不在您的管辖范围内，不能登记。"
    next = "请核对区划；确属外地人员的，请其向户籍地或居住地申请。"


class HouseholdEmpty(Problem):
    """A household needs somebody in it."""

    code = "household.empty"
    say = "家庭成员名单里没有户主，不能立户。"
    next = "请至少填写一名成员，并指明谁是户主。"


class HouseholdNumberTaken(Problem):
    """Another household has this number."""

    code = "household.number_taken"
    status = 409
    say = "户编号“{number}”已经有人使用。"
    next = "请换一个户编号，或打开已有的家庭核对。"
    fields = ("number",)


class MemberElsewhere(Problem):
    """A person is in one household at a time."""

    code = "household.member_elsewhere"
    status = 409
    say = "该人员在 {since} 已经是另一个家庭的成员。"
    next = "请先在原家庭办理迁出，再加入新的家庭。"
    fields = ("since",)


class NotAMember(Problem):
    """The person does not belong to this household."""

    code = "household.not_a_member"
    status = 409
    say = "该人员现在不是这个家庭的成员。"
    next = "请刷新页面核对家庭成员。"


class DeathBeforeBirth(Problem):
    """A day of death that cannot be."""

    code = "person.death_impossible"
    say = "死亡日期 {on} 早于出生日期或晚于今天。"
    next = "请核对死亡证明上的日期。"
    fields = ("on",)


class TooFewVisitors(Problem):
    """入户调查 needs two (社会救助暂行办法; 最低生活保障审核确认办法)."""

    code = "visit.too_few_visitors"
    say = "入户调查应当有两名以上工作人员参加，现在只填写了 {count} 名。"
    next = "请补填一同走访的工作人员姓名。"
    fields = ("count",)


class VisitInFuture(Problem):
    """A visit that has not happened cannot be recorded."""

    code = "visit.in_future"
    say = "走访时间晚于现在，不能登记还没有发生的走访。"
    next = "请核对走访日期和时间。"


class ConsentBackwards(Problem):
    """A consent ends after it begins."""

    code = "consent.backwards"
    say = "授权的有效期截止日 {before} 不晚于签署日 {signed_on}。"
    next = "请核对授权书上的签署日和有效期。"
    fields = ("signed_on", "before")


class ConsentWithoutItems(Problem):
    """A consent names what may be verified."""

    code = "consent.without_items"
    say = "授权书没有写明核对事项。"
    next = "请至少勾选一项授权核对的内容。"


class AccountNotOpen(Problem):
    """The account was replaced or confirmed meanwhile."""

    code = "account.not_open"
    status = 409
    say = "这个账户已经停用或已经确认，本次没有保存。"
    next = "请刷新页面，核对现在的收款账户。"


class SamePersonConfirms(Problem):
    """An account is confirmed by another person than the one who entered it."""

    code = "account.same_person"
    status = 403
    say = "收款账户不能由录入人自己确认。"
    next = "请由另一名工作人员核对银行卡后确认。"


class TailNeedsPlace(Problem):
    """The last digits of an id are searched within a county or less."""

    code = "search.tail_needs_place"
    say = "按身份证尾号查找必须限定在一个区县以内。"
    next = "请先选择区县，或输入完整的身份证号。"


class SamePerson(Problem):
    """A file is merged with another one."""

    code = "merge.same_person"
    say = "这是同一份档案，不能与自己合并。"
    next = "请选择另一份档案。"


class AlreadyMerged(Problem):
    """Merges are not chained: what was kept could else not be taken apart again."""

    code = "merge.already_merged"
    status = 409
    say = "其中一份档案已经在另一次并档里。"
    next = "请先恢复那一次并档，或与那一次保留的档案合并。"


class NotMerged(Problem):
    """The merge was undone already."""

    code = "merge.not_merged"
    status = 409
    say = "这次并档已经恢复过。"
    next = "请刷新页面核对现在的档案。"


class MergeReasonMissing(Problem):
    """A merge says on what it rests."""

    code = "merge.reason_missing"
    say = "合并或恢复档案要写明理由。"
    next = "请写明凭什么认定，例如“入户查看户口簿，两个号码是同一人”。"


class BothReceive(Problem):
    """Both files live in what an award pays for."""

    code = "merge.both_receive"
    status = 409
    say = "两份档案都在享受“{scheme}”，合并后成了一人两份。"
    next = "请先停发其中一份（多发的按追缴办理），再合并。"
    fields = ("scheme",)


class DeathsDiffer(Problem):
    """One file says that the person died, the other does not, or on another day."""

    code = "merge.deaths_differ"
    status = 409
    say = "两份档案的死亡登记不一致（{one}、{other}）。"
    next = "请先核实并在保留的档案上登记死亡日期，再合并。"
    fields = ("one", "other")


class HeadsOthers(Problem):
    """The file that is given up heads a household with other members."""

    code = "merge.heads_others"
    status = 409
    say = "被合并的档案是另一户的户主，那一户还有其他成员。"
    next = "请先把那一户的成员迁出或变更户主，再合并；或改为保留那一份档案。"


class CannotRestore(Problem):
    """What was changed by the merge has been changed again since."""

    code = "merge.cannot_restore"
    status = 409
    say = "并档之后{what}，不能原样恢复。"
    next = "请先改回，再恢复并档。"
    fields = ("what",)


class MergedAway(Problem):
    """The file was merged into another one."""

    code = "merge.merged_away"
    status = 409
    say = "这份档案已经并入另一份，不能再加入家庭。"
    next = "请在保留的档案上办理，或先恢复并档。"
