"""Tables of the ground: people who sign in, their posts, the sealed audit, human work, files."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from doudi.base.access import Guarded, by_place, open_table
from doudi.base.roles import ROLES

PLACE_LENGTH = 12


class UserManager(BaseUserManager["User"]):
    """Finds users by their sign-in name; creating them is an action (``accounts.create_user``)."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser, Guarded):
    """Somebody who may sign in. What they may do hangs on their posts, never on the user."""

    guard = open_table()

    username = models.CharField("登录名", max_length=60)
    name = models.CharField("姓名", max_length=60)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("首次登录须改密码", default=True)
    disabled_at = models.DateTimeField(null=True)
    password_changed_at = models.DateTimeField(null=True)

    last_login = None  # sign-ins are in the audit, not on the row

    USERNAME_FIELD = "username"
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "用户"
        constraints = [models.UniqueConstraint(fields=["username"], name="one_user_per_name")]


class Post(Guarded):
    """A post (任职): one role over one range of places, from a day until a day."""

    guard = open_table()

    user = models.ForeignKey(User, models.PROTECT, related_name="posts")
    role = models.CharField(
        "岗位", max_length=30, choices=[(r.code, r.label) for r in ROLES.values()]
    )
    place = models.CharField("管辖区划", max_length=PLACE_LENGTH)
    since = models.DateField("自")
    before = models.DateField("至（不含）", null=True)

    class Meta:
        verbose_name = "任职"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "place"],
                condition=models.Q(before=None),
                name="one_open_post_per_user_role_place",
            )
        ]


class AuditEntry(Guarded):
    """One leaf of the sealed audit: an action (A), a statement on a table (I, U, D) or a read (R).

    ``leaf`` is the hash of all other columns; ``rows_digest`` covers the rows that the statement
    wrote, so that a forged row is found even where the audit itself is untouched.
    """

    guard = open_table(audited=False, append_only=True)

    id = models.BigIntegerField(primary_key=True)
    action_id = models.BigIntegerField(db_index=True)
    kind = models.CharField(max_length=1)
    name = models.CharField(max_length=80)
    row_count = models.BigIntegerField()
    rows_digest = models.BinaryField(null=True)
    actor_id = models.BigIntegerField(null=True)
    place = models.CharField(max_length=PLACE_LENGTH)
    detail = models.TextField()
    made_us = models.BigIntegerField()
    leaf = models.BinaryField()

    class Meta:
        verbose_name = "审计"
        indexes = [models.Index(fields=["kind", "name", "id"], name="audit_by_name")]


class Unsealed(Guarded):
    """Entries that no seal covers yet: written with the entry, removed by the sealer."""

    guard = open_table(audited=False)

    entry_id = models.BigIntegerField(primary_key=True)


class Seal(Guarded):
    """A Merkle root over a few seconds of audit entries, chained to the seal before it."""

    guard = open_table(audited=False, append_only=True)

    entries = models.JSONField()  # entry numbers in the order of the leaves
    root = models.BinaryField()
    chain = models.BinaryField()
    made_us = models.BigIntegerField()


class SealReceipt(Guarded):
    """The witness outside has this chain value: without a fresh one, decisions stop (A5)."""

    guard = open_table(audited=False, append_only=True)

    seal_id = models.BigIntegerField()
    received_at = models.DateTimeField()
    receipt = models.TextField()


class History(Guarded):
    """What an update or delete replaced: the old row as JSON, by table and row."""

    guard = open_table(audited=False, append_only=True)

    entry_id = models.BigIntegerField()
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    written_entry = models.BigIntegerField()
    image = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["table_name", "row_id"], name="history_by_row")]


class Idempotency(Guarded):
    """A key that a form carried: the same key finds the same answer; other content is refused."""

    guard = open_table(audited=False)

    user_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    digest = models.BinaryField()
    answer = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "action", "key"],
                nulls_distinct=False,
                name="one_answer_per_key",
            )
        ]


class Task(Guarded):
    """Human work (待办): who may do it, where, until when, by which article, about what."""

    guard = by_place("place")

    kind = models.CharField("事项", max_length=40)
    title = models.CharField("标题", max_length=200)
    place = models.CharField("区划", max_length=PLACE_LENGTH)
    role = models.CharField("岗位", max_length=30)
    assignee = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    subject = models.CharField("对象", max_length=80)  # "cases.case:12"
    opened_on = models.DateField("派发日")
    due_on = models.DateField("办理期限", null=True)
    due_provisional = models.BooleanField("期限暂定", default=False)
    article = models.CharField("依据", max_length=120, default="")
    done_at = models.DateTimeField("办结", null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "待办"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(done_at=None),
                name="one_open_task_per_kind_and_subject",
            )
        ]
        indexes = [
            models.Index(
                fields=["place", "due_on"], condition=models.Q(done_at=None), name="open_tasks"
            )
        ]


class StoredFile(Guarded):
    """Bytes by their digest, encrypted on disk; the same bytes are kept once."""

    guard = open_table(append_only=True)

    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the plain bytes
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    stored_at = models.DateTimeField()


class WorkdayException(Guarded):
    """A day that differs from Monday-to-Friday: a holiday, or a weekend worked (调休)."""

    guard = open_table()

    day = models.DateField(unique=True)
    is_workday = models.BooleanField()
    source = models.CharField(max_length=120)


class OfficialYear(Guarded):
    """A year whose holiday notice is published; deadlines in other years are provisional."""

    guard = open_table()

    year = models.IntegerField(unique=True)
    source = models.CharField(max_length=200)


class ParameterOverlay(Guarded):
    """A county's own figure on top of the law's defaults: dated, with document and approval."""

    guard = open_table(append_only=True)

    name = models.CharField(max_length=80)
    place = models.CharField(max_length=PLACE_LENGTH)
    keys = models.JSONField(default=dict)  # e.g. {"城镇": false}
    since = models.DateField()
    value = models.JSONField()
    document = models.CharField(max_length=200)
    mark = models.CharField(max_length=10, default="已核")
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)


class BusinessClock(Guarded):
    """Business time where it is held still or moved: the demo and rehearsals; one row at most."""

    guard = open_table()

    moment = models.DateTimeField(null=True)
