"""Deliveries of other departments, their rows and rejects, and questions that we ask (核对)."""

from django.db import models
from django.db.models import Q

from doudi.base.access import Guarded, by_parent, by_place
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
    tier = models.CharField("匹配方式", max_length=12, default="")  # 证号 证号修复 待认 无此人
    why = models.CharField("理由", max_length=200, default="")
    facts = models.JSONField(null=True)  # [[kind, key, amount, code, detail, since, before], …]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "line"], name="one_row_per_line")
        ]
        indexes = [models.Index(fields=["delivery", "tier"], name="row_by_tier")]


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

    class Meta:
        verbose_name = "经济状况核对"
        indexes = [models.Index(fields=["subject"], name="verification_by_subject")]


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
