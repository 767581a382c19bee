"""Cases from application to decision, and the awards that decisions make."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from doudi.base.access import Guarded, by_parent, by_person, by_place
from doudi.base.models import PLACE_LENGTH, StoredFile, User
from doudi.exchange.models import Verification
from doudi.people.models import DateSpan, Household, Person, Visit


class Case(Guarded):
    """One application and its way to a decision; one open case per household and procedure."""

    guard = by_place("place")

    number = models.CharField("案件号", max_length=24, unique=True)
    procedure = models.CharField("程序", max_length=20)  # a name of procedures.PROCEDURES
    place = models.CharField("受理地", max_length=PLACE_LENGTH)
    household = models.ForeignKey(Household, models.PROTECT, related_name="cases")
    applicant = models.ForeignKey(Person, models.PROTECT, related_name="+")
    channel = models.CharField("申请方式", max_length=10)  # 窗口 网办 代办 主动发现
    reason = models.TextField("申请理由")
    stage = models.CharField("环节", max_length=10)  # a stage or an end of the procedure
    subjects = models.JSONField("对象", default=list)  # person ids, where a person is the holder
    round = models.SmallIntegerField("轮次", default=1)
    alert_subject = models.CharField("来源", max_length=80, default="")
    applied_on = models.DateField("申请日")
    accepted_on = models.DateField("受理日")
    due_on = models.DateField("全程期限")
    due_provisional = models.BooleanField("期限暂定", default=False)
    kin_of_official = models.BooleanField("近亲属备案", default=False)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    verification = models.ForeignKey(Verification, models.PROTECT, null=True, related_name="+")
    investigated_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="+")
    declared = models.JSONField("申报", default=dict)  # means as declared and corrected, fen
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "案件"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "procedure"],
                condition=Q(closed_at=None),
                name="one_open_case_per_household_and_procedure",
            )
        ]
        indexes = [
            models.Index(fields=["place", "stage"], name="case_by_stage"),
        ]


class CaseStep(Guarded):
    """One step of a case: who did what when, from which stage to which, by which article."""

    guard = by_parent("case_id", "cases_case", append_only=True)

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    verb = models.CharField(max_length=30)
    title = models.CharField(max_length=120)
    before_stage = models.CharField(max_length=10)
    after_stage = models.CharField(max_length=10)
    article = models.CharField(max_length=120, default="")
    note = models.TextField(default="")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=30)
    at = models.DateTimeField()


class CaseRecord(Guarded):
    """What a case holds beside its steps: relief given first, minutes, abilities, an agreement."""

    guard = by_parent("case_id", "cases_case", append_only=True)

    case = models.ForeignKey(Case, models.PROTECT, related_name="records")
    kind = models.CharField("种类", max_length=10)  # 先行救助 会议纪要 自理能力 照料协议
    content = models.JSONField("内容")
    amount_fen = models.BigIntegerField("金额", null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "案件记载"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(kind="先行救助"), name="relief_is_given_first_once"
            )
        ]


class Kinship(Guarded):
    """A handler's near relative among those who apply (近亲属备案): the county must visit."""

    guard = by_person("person_id", append_only=True)

    official = models.ForeignKey(User, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    relation = models.CharField("关系", max_length=10)
    declared_at = models.DateTimeField()

    class Meta:
        verbose_name = "近亲属备案"
        constraints = [
            models.UniqueConstraint(fields=["official", "person"], name="kin_is_declared_once")
        ]


class Opinion(Guarded):
    """The township's first opinion (初审意见) and the county's review (审核意见)."""

    guard = by_parent("case_id", "cases_case", append_only=True)

    case = models.ForeignKey(Case, models.PROTECT, related_name="opinions")
    round = models.SmallIntegerField()
    kind = models.CharField(max_length=4)  # 初审 审核
    agrees = models.BooleanField()
    reason = models.TextField()
    amount_fen = models.BigIntegerField(null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round", "kind"], name="one_opinion_per_case_round_and_kind"
            )
        ]


class Publicity(Guarded):
    """A notice posted in the village: the permitted fields only, from a day, for lawful days."""

    guard = by_parent("case_id", "cases_case")

    case = models.ForeignKey(Case, models.PROTECT, related_name="publicities")
    round = models.SmallIntegerField()
    posted_on = models.DateField("张贴日")
    days = models.SmallIntegerField("公示天数")
    ends_on = models.DateField("期满日")  # the last day; the next stage may begin the day after
    where = models.CharField("张贴地点", max_length=120)
    content = models.JSONField("公示内容")
    posted_photo = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    removed_on = models.DateField("撤下日", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="one_notice_per_case_and_round")
        ]


class Objection(Guarded):
    """Somebody objects to what was published; it must be answered before the case goes on."""

    guard = by_parent("publicity_id", "cases_publicity")

    publicity = models.ForeignKey(Publicity, models.PROTECT, related_name="objections")
    raised_at = models.DateTimeField()
    text = models.TextField()
    answer = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)


class Decision(Guarded):
    """One decision per case and round, with the snapshot and the trace that it stands on."""

    guard = by_parent("case_id", "cases_case", append_only=True)

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    round = models.SmallIntegerField()
    outcome = models.CharField("结果", max_length=8)  # 确认 不予确认 变更
    amount_fen = models.BigIntegerField("金额")  # a month, or once
    # The most that whoever decides may approve; null where the law sets no limit.
    limit_fen = models.BigIntegerField("审批限额", null=True)
    shares = models.JSONField("分项", default=list)  # [programme, holder, fen]
    people = models.SmallIntegerField("保障人数")
    starts = models.DateField("起发月（首日）", null=True)
    before = models.DateField("有效期至（不含）", null=True)
    reason = models.TextField("理由")
    snapshot = models.JSONField()  # what was known: the household as the rules saw it
    trace = models.JSONField()
    rules_version = models.CharField(max_length=80)
    decided_on = models.DateField("决定日")
    decided_at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "决定"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round"], name="one_decision_per_case_and_round"
            ),
            models.CheckConstraint(
                condition=Q(limit_fen=None) | Q(amount_fen__lte=F("limit_fen")),
                name="nobody_decides_beyond_their_limit",
            ),
        ]


class Award(Guarded):
    """What a holder is due by a decision, from a month until a month; awards never overlap."""

    guard = by_place("place")

    scheme = models.CharField("项目", max_length=20)  # 低保
    place = models.CharField("区划", max_length=PLACE_LENGTH)
    household = models.ForeignKey(Household, models.PROTECT, related_name="awards")
    payee = models.ForeignKey(Person, models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="awards")
    amount_fen = models.BigIntegerField("月金额")
    people = models.SmallIntegerField("人数")
    urban = models.BooleanField("城镇")
    since = models.DateField("自")
    before = models.DateField("至（不含）", null=True)
    stop_reason = models.CharField(max_length=20, default="")

    class Meta:
        verbose_name = "待遇"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="an_award_is_positive"),
            ExclusionConstraint(
                name="awards_of_a_household_do_not_overlap",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("scheme", RangeOperators.EQUAL),
                    (DateSpan(F("since"), F("before")), RangeOperators.OVERLAPS),
                ],
                condition=Q(before=None) | Q(before__gt=F("since")),
            ),
        ]
        indexes = [models.Index(fields=["place", "scheme", "since"], name="award_by_place")]


class AwardPerson(Guarded):
    """Whom an award covers: a person stands in at most one live award of an exclusive group."""

    guard = by_parent("award_id", "cases_award")

    award = models.ForeignKey(Award, models.PROTECT, related_name="covered")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    group = models.CharField(max_length=20)  # 基本生活: 低保 and 特困 exclude each other
    since = models.DateField()
    before = models.DateField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="a_person_stands_in_one_award_of_a_group",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("group", RangeOperators.EQUAL),
                    (DateSpan(F("since"), F("before")), RangeOperators.OVERLAPS),
                ],
                condition=Q(before=None) | Q(before__gt=F("since")),
            )
        ]


class Review(Guarded):
    """A look at an award, due or because facts changed: what stands, what the rules say now."""

    guard = by_place("place")

    place = models.CharField("区划", max_length=PLACE_LENGTH)
    award = models.ForeignKey(Award, models.PROTECT, related_name="reviews")
    month = models.CharField("月份", max_length=7)
    why = models.CharField("事由", max_length=10)  # 定期核查 情况变化
    due_on = models.DateField("期限")
    before_fen = models.BigIntegerField("现金额")
    after_fen = models.BigIntegerField("测算金额", null=True)  # null: cannot be told yet
    result = models.CharField("测算结论", max_length=8)
    reasons = models.JSONField("理由", default=list)
    snapshot = models.JSONField()
    trace = models.JSONField()
    rules_version = models.CharField(max_length=80)
    outcome = models.CharField("处理", max_length=8, default="")  # 维持 变更 停发 渐退
    reason = models.TextField("处理理由", default="")
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "待遇复核"
        constraints = [
            models.UniqueConstraint(
                fields=["award", "month"], name="one_review_per_award_and_month"
            )
        ]
        indexes = [models.Index(fields=["place", "outcome", "due_on"], name="review_by_place")]
