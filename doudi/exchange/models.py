"""Deliveries of other departments, their rows and rejects, and questions that we ask (核对)."""

from django.db import models
from django.db.models import Q

from doudi.base.access import Guarded, by_parent, by_person, by_place
from doudi.base.models import PLACE_LENGTH, StoredFile, User
from doudi.people.models import Person


class Delivery(Guarded):
    """One file that a department sent, for one period; read = accepted + rejected always."""

    guard = by_place("place")

    format = models.CharField("格式", max_length=40)
    department = models.CharField("部门", max_length=40)
    place = models.CharField("区划", max_length=PLACE_LENGTH)
    period = models.CharField("所属期", max_length=7)  # 2022-05
    authority = models.CharField("依据", max_length=120)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    file_name = models.CharField("文件名", max_length=200)
    received_at = models.DateTimeField("接收时间")
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    state = models.CharField("状态", max_length=12)  # 已接收 已读取 已匹配 已入库 无法读取 已撤回
    problem = models.TextField("问题", default="")  # the sentence where nothing could be read
    rows_read = models.IntegerField("读取行数", default=0)
    rows_accepted = models.IntegerField("采用行数", default=0)
    rows_rejected = models.IntegerField("退回行数", default=0)
    rows_matched = models.IntegerField("匹配行数", default=0)
    facts_new = models.IntegerField("新事实", default=0)
    facts_changed = models.IntegerField("变更事实", default=0)
    facts_same = models.IntegerField("未变事实", default=0)

    class Meta:
        verbose_name = "来文"
        constraints = [
            models.UniqueConstraint(
                fields=["format", "place", "period", "file"],
                condition=~Q(state="已撤回"),
                name="the_same_bytes_are_received_once",
            ),
            models.CheckConstraint(
                condition=Q(rows_read=models.F("rows_accepted") + models.F("rows_rejected")),
                name="read_is_accepted_plus_rejected",
            ),
        ]


class DeliveryRow(Guarded):
    """One accepted row: what it says (encrypted), and whom it was matched to, and how."""

    guard = by_parent("delivery_id", "exchange_delivery")

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="rows")
    line = models.IntegerField("行号")
    id_token = models.BinaryField(null=True)
    row_hash = models.BinaryField()
    values_cipher = models.BinaryField()  # the row's cells as JSON
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    tier = models.CharField(
        "匹配方式", max_length=12, default=""
    )  # 证号 评分 待认 无此人 未找到 人工
    why = models.CharField("理由", max_length=200, default="")
    bits = models.FloatField("分值（比特）", null=True)  # of rows that were weighed
    # {"candidates": [{"person": 3, "bits": 12.5, "parts": [["姓名", "同音", 8.2], …]}, …],
    #  "excluded": [{"person": 4, "by": "…", "at": "…", "why": "…"}]}
    evidence = models.JSONField("比对依据", null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField("认定时间", null=True)
    facts = models.JSONField(null=True)  # [[kind, key, amount, code, detail, since, before], …]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "line"], name="one_row_per_line")
        ]
        indexes = [models.Index(fields=["delivery", "tier"], name="row_by_tier")]


class MatchModel(Guarded):
    """The weights by which a delivery's rows without a usable id were judged; learned from it."""

    guard = by_parent("delivery_id", "exchange_delivery")

    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="match_model")
    version = models.IntegerField("版本")  # of the levels and tables
    anchors = models.IntegerField("学习行数")  # rows with a registered id that taught the weights
    tables = models.JSONField("权重表")
    learned_at = models.DateTimeField("学习时间")


class Duplicate(Guarded):
    """Two persons of the registry who may be one, with the reasons; a person decides."""

    guard = by_person("person_id")

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, models.PROTECT, related_name="+")
    bits = models.FloatField("分值（比特）")
    parts = models.JSONField("比对依据")  # [["姓名", "同音", 8.2], …]
    found_at = models.DateTimeField("发现时间")
    state = models.CharField("状态", max_length=12, default="待核")  # 待核 已合并 不是同一人
    merge_id = models.BigIntegerField("并档", null=True)
    why = models.CharField("理由", max_length=200, default="")
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField("认定时间", null=True)

    class Meta:
        verbose_name = "疑似重复档案"
        constraints = [
            models.UniqueConstraint(fields=["person", "other"], name="one_row_per_pair_of_files"),
            models.CheckConstraint(
                condition=Q(person__lt=models.F("other")), name="the_smaller_number_first"
            ),
        ]
        indexes = [models.Index(fields=["state"], name="duplicate_by_state")]


class Reject(Guarded):
    """One rejected row: line, column, value (masked) and why, in the words of the sheet."""

    guard = by_parent("delivery_id", "exchange_delivery")

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="rejects")
    line = models.IntegerField("行号")
    column = models.CharField("列", max_length=60)
    value = models.CharField("原值（遮盖）", max_length=120)
    code = models.CharField(max_length=60)
    why = models.CharField("原因", max_length=200)

    class Meta:
        indexes = [models.Index(fields=["delivery", "line"], name="reject_by_line")]


class Verification(Guarded):
    """A request to verify a household's means (核对), asked with consent, answered by sources."""

    guard = by_place("place")

    subject = models.CharField("对象", max_length=80)  # "cases.case:12"
    place = models.CharField("区划", max_length=PLACE_LENGTH)
    people = models.JSONField("核对人员")  # person ids
    items = models.JSONField("核对事项")
    requested_at = models.DateTimeField("提请时间")
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField("启动时间", null=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    start_due = models.DateField("启动期限", null=True)
    report = models.JSONField("核对报告", null=True)  # as it stood when it was finished
    valid_before = models.DateField("报告有效期至（不含）", null=True)
    repeats = models.ForeignKey("self", models.PROTECT, null=True, related_name="repeated_by")

    class Meta:
        verbose_name = "经济状况核对"
        indexes = [models.Index(fields=["subject"], name="verification_by_subject")]


class VerificationObjection(Guarded):
    """What a family says against a report, and what came of it: upheld, or asked once more."""

    guard = by_parent("verification_id", "exchange_verification")

    verification = models.ForeignKey(Verification, models.PROTECT, related_name="objections")
    text = models.TextField("异议内容")
    objected_at = models.DateTimeField("提出时间")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField("处理", max_length=10, default="")  # 维持 重新核对
    answer = models.TextField("答复", default="")
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")


class VerificationAnswer(Guarded):
    """What one source answered about one person and item."""

    guard = by_parent("verification_id", "exchange_verification")

    verification = models.ForeignKey(Verification, models.PROTECT, related_name="answers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    item = models.CharField("事项", max_length=20)
    found = models.BooleanField("有记录")
    summary = models.CharField("结果", max_length=300)
    amount_fen = models.BigIntegerField(null=True)
    source = models.CharField("来源", max_length=60)
    answered_at = models.DateTimeField("答复时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["verification", "person", "item"], name="one_answer_per_person_and_item"
            )
        ]
