"""Persons, households, dated facts with two times, visits, consents, accounts, the aid chain."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from doudi.base.access import Guarded, by_parent, by_person, by_place, open_table
from doudi.base.models import PLACE_LENGTH, StoredFile, User


def place_field(label: str, **options: Any) -> "models.CharField[str, str]":
    """A place is carried as its 12-digit code, never as a foreign key (DESIGN §2)."""
    return models.CharField(label, max_length=PLACE_LENGTH, **options)


class DateSpan(Func):
    """``daterange(since, before)``, half-open, for exclusion constraints."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Person(Guarded):
    """A person. The id number is encrypted; equal numbers have equal tokens."""

    guard = by_person("id")

    name = models.CharField("姓名", max_length=60)
    initials = models.CharField("拼音首字母", max_length=30, default="")
    sex = models.CharField("性别", max_length=1)  # 男 女
    birth = models.DateField("出生日期")
    id_cipher = models.BinaryField(null=True)
    id_token = models.BinaryField(null=True)
    phone_cipher = models.BinaryField(null=True)
    registered_place = place_field("户籍地")
    residence_place = place_field("居住地")
    address = models.CharField("住址", max_length=120, default="")
    urban = models.BooleanField("城镇")
    ethnic = models.CharField("民族", max_length=20, default="")
    marital = models.CharField("婚姻", max_length=10, default="")
    died_on = models.DateField("死亡日期", null=True)

    class Meta:
        verbose_name = "人员"
        constraints = [models.UniqueConstraint(fields=["id_token"], name="one_person_per_id")]
        indexes = [models.Index(fields=["registered_place", "id"], name="person_by_place")]


class PersonPlace(Guarded):
    """Where a person is visible: registered place, residence, or an open case (DESIGN §8.7)."""

    guard = by_place("place")

    person = models.ForeignKey(Person, models.PROTECT, related_name="places", db_index=False)
    place = place_field("区划")
    why = models.CharField(max_length=20)  # 户籍 居住 案件:12

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "place", "why"], name="one_place_per_reason")
        ]
        indexes = [models.Index(fields=["place", "person"], name="people_of_place")]


class SearchGram(Guarded):
    """Search by leakproof equality: bigrams of names (n:), initials (i:), keyed id tails (t:)."""

    guard = by_place("place", audited=False)

    gram = models.CharField(max_length=48)
    place = place_field("区划")
    # Derived rows, rewritten with the person: a foreign key would double the cost of a bulk load.
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["gram", "place", "person"], name="search_by_gram"),
            models.Index(fields=["person"], name="grams_of_person"),
        ]


class Household(Guarded):
    """A household (共同生活家庭) in one place, with a head."""

    guard = by_place("place")

    number = models.CharField("户编号", max_length=24)
    place = place_field("所在村（社区）")
    urban = models.BooleanField("城镇")
    address = models.CharField("住址", max_length=120, default="")
    head = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    since = models.DateField("自")
    before = models.DateField("至（不含）", null=True)

    class Meta:
        verbose_name = "家庭"
        constraints = [models.UniqueConstraint(fields=["number"], name="one_household_per_number")]
        indexes = [models.Index(fields=["place", "id"], name="household_by_place")]


class Member(Guarded):
    """Who belongs to which household as what, from a day until a day; one at a time."""

    guard = by_parent("household_id", "people_household")

    household = models.ForeignKey(Household, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    relation = models.CharField("与户主关系", max_length=20)
    since = models.DateField("自")
    before = models.DateField("至（不含）", null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_household_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (DateSpan(F("since"), F("before")), RangeOperators.OVERLAPS),
                ],
            )
        ]


class Fact(Guarded):
    """One dated fact about a person: true in the world (valid), known to us (known).

    ``key`` tells several facts of a kind apart (a settlement number, a plate's token, a month).
    Rows never change but for ``known_before``, which closes a row that a correction replaces, and
    ``withdrawn``, when a source takes a statement back. ``stated`` rows are the statements
    themselves; the others are what is left of one, or stands again after a withdrawal.
    """

    guard = by_person("person_id")

    person = models.ForeignKey(Person, models.PROTECT, related_name="facts", db_index=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=64, default="")
    amount_fen = models.BigIntegerField(null=True)
    code = models.CharField(max_length=40, default="")
    detail = models.JSONField(null=True)
    valid_since = models.DateField()
    valid_before = models.DateField(null=True)
    known_since = models.DateTimeField()
    known_before = models.DateTimeField(null=True)
    source = models.CharField(max_length=60)  # "delivery:12:48", "visit:7", "decision:3"
    stated = models.BooleanField(default=True)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        verbose_name = "事实"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "key", "valid_since"],
                condition=Q(known_before=None),
                name="one_known_fact_per_person_kind_key_and_day",
            )
        ]
        indexes = [
            models.Index(fields=["kind", "known_since"], name="fact_by_kind"),
            models.Index(fields=["source"], name="fact_by_source"),
            models.Index(fields=["person", "kind"], name="fact_of_person"),
        ]


class PersonMerge(Guarded):
    """Two files that are said to be one person's: an equivalence, recorded, that can be undone.

    Nothing moves: what is said of the file that was given up (``gone``) stays there and is mirrored
    on the file that is kept, under sources "merge:<id>:…".
    """

    guard = by_person("kept_id")

    kept = models.ForeignKey(Person, models.PROTECT, related_name="merged_files")
    gone = models.ForeignKey(Person, models.PROTECT, related_name="merged_into")
    why = models.CharField("理由", max_length=200)
    merged_at = models.DateTimeField("并档时间")
    merged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # How it stood before: {"member": 3, "household": 7, "head_of": 7}, whichever was changed.
    changed = models.JSONField("并档时的变动")
    undone_at = models.DateTimeField("恢复时间", null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undone_why = models.CharField("恢复理由", max_length=200, default="")

    class Meta:
        verbose_name = "并档"
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at=None), name="one_live_merge_per_file"
            ),
            models.CheckConstraint(
                condition=~Q(kept=F("gone")), name="a_file_is_not_merged_into_itself"
            ),
        ]


class Visit(Guarded):
    """Who went, when, where, what was found: a source of facts for watch, cases and care alike."""

    guard = by_place("place")

    household = models.ForeignKey(Household, models.PROTECT, related_name="visits")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    place = place_field("地点区划")
    purpose = models.CharField("事由", max_length=20)  # 预警核查 入户调查 定期探访
    subject = models.CharField(max_length=80, default="")  # "watch.alert:12", "cases.case:3"
    manner = models.CharField("方式", max_length=10)  # 入户 电话 视频
    visited_at = models.DateTimeField("时间")
    visitors = models.JSONField("走访人")  # names, at least two where the law says so
    longitude_latitude = models.CharField(max_length=40, default="")
    findings = models.TextField("发现")
    family_signed = models.BooleanField("在场成员签字")
    visitors_signed = models.BooleanField("走访人签字")
    photos = models.ManyToManyField(StoredFile, through="VisitPhoto", related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "走访"
        indexes = [models.Index(fields=["subject"], name="visit_by_subject")]


class VisitPhoto(Guarded):
    """A photo taken on a visit."""

    guard = by_parent("visit_id", "people_visit")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")


class Consent(Guarded):
    """A person's consent (授权) to have their means verified: scope, signed, until, revoked."""

    guard = by_person("person_id")

    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    items = models.JSONField("授权事项")  # verify items, e.g. ["社保", "车辆"]
    purpose = models.CharField("用途", max_length=60)
    signed_by = models.CharField("签署人", max_length=60)
    signer_relation = models.CharField("与本人关系", max_length=20, default="本人")
    signed_on = models.DateField("签署日")
    before = models.DateField("有效至（不含）")
    revoked_on = models.DateField("撤回日", null=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")


class PayeeAccount(Guarded):
    """Where a holder's money goes; entered by one, confirmed by another, card encrypted."""

    guard = by_person("person_id")

    person = models.ForeignKey(Person, models.PROTECT, related_name="accounts")
    bank = models.CharField("开户行", max_length=60)
    card_cipher = models.BinaryField()
    card_token = models.BinaryField()
    holder_name = models.CharField("户名", max_length=60)
    since = models.DateField("自")
    before = models.DateField("至（不含）", null=True)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(before=None), name="one_open_account_per_person"
            ),
            models.CheckConstraint(
                condition=Q(entered_by=None)
                | Q(confirmed_by=None)
                | ~Q(entered_by=F("confirmed_by")),
                name="an_account_is_confirmed_by_another_person",
            ),
        ]
        indexes = [models.Index(fields=["card_token"], name="account_by_card")]


class ChainEvent(Guarded):
    """One event of the aid chain (一户一条救助链): append-only, written by every stage."""

    guard = by_parent("household_id", "people_household", append_only=True)

    household = models.ForeignKey(Household, models.PROTECT, related_name="chain")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20)  # 预警 线索 走访 申请 授权 核对 公示 审核 决定 发放 …
    scheme = models.CharField(max_length=20, default="")
    title = models.CharField(max_length=120)
    detail = models.JSONField(null=True)
    amount_fen = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=80, default="")
    happened_at = models.DateTimeField()

    class Meta:
        verbose_name = "救助链"
        indexes = [models.Index(fields=["household", "happened_at"], name="chain_of_household")]


class LoadedBatch(Guarded):
    """A first load of a registry that is done: the same load again is a no-op."""

    guard = open_table()

    name = models.CharField(max_length=120, unique=True)
    people = models.BigIntegerField()
    facts = models.BigIntegerField()


__all__ = [
    "ChainEvent",
    "Consent",
    "Fact",
    "Household",
    "LoadedBatch",
    "Member",
    "PayeeAccount",
    "Person",
    "PersonMerge",
    "PersonPlace",
    "SearchGram",
    "Visit",
    "VisitPhoto",
    "place_field",
]
