"""Campaigns against omission (防漏保排查): whom they look at, by village and person."""

from django.db import models
from django.db.models import F, Q

from doudi.base.access import Guarded, by_place
from doudi.base.models import PLACE_LENGTH, User
from doudi.people.models import Household, Person, Visit


class Sweep(Guarded):
    """One campaign of a place, with its start and its end; seen by those who answer for all of it.

    What a township or a village must know of it stands in its ``SweepPart``.
    """

    guard = by_place("place")

    place = models.CharField("区划", max_length=PLACE_LENGTH)
    name = models.CharField("名称", max_length=60)
    since = models.DateField("自")
    until = models.DateField("至（含）")
    definition = models.JSONField("排查人群")  # the dictionary's entries as they were
    started_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField("开始时间")
    state = models.CharField("状态", max_length=8)  # 进行中 已结束
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField("结束时间", null=True)
    conclusion = models.TextField("总结", default="")

    class Meta:
        verbose_name = "防漏保排查"
        constraints = [
            models.UniqueConstraint(
                fields=["place"], condition=Q(state="进行中"), name="one_open_sweep_of_a_place"
            ),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="a_sweep_runs_forward"),
            models.CheckConstraint(
                condition=Q(state="进行中", ended_at=None)
                | (Q(state="已结束", ended_at__isnull=False) & ~Q(conclusion="")),
                name="a_sweep_ends_with_words",
            ),
        ]


class SweepPart(Guarded):
    """One village of a campaign: how many, who goes, since when nothing is left to do."""

    guard = by_place("place")

    sweep = models.ForeignKey(Sweep, models.PROTECT, related_name="parts")
    place = models.CharField("区划", max_length=PLACE_LENGTH)
    # The campaign's own words, because whoever sees the village does not see the county's row.
    name = models.CharField("名称", max_length=60)
    since = models.DateField("自")
    until = models.DateField("至（含）")
    population = models.IntegerField("排查人群")
    uncovered = models.IntegerField("未享人数")
    assigned_to = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField("查完时间", null=True)
    ended_at = models.DateTimeField("排查结束", null=True)

    class Meta:
        verbose_name = "排查村"
        constraints = [
            models.UniqueConstraint(
                fields=["sweep", "place"], name="one_part_per_sweep_and_village"
            )
        ]
        indexes = [models.Index(fields=["place", "sweep"], name="sweep_parts_of_place")]


class SweepPerson(Guarded):
    """Somebody of the population: on what ground, covered by what, and what the check found."""

    guard = by_place("place")

    sweep = models.ForeignKey(Sweep, models.PROTECT, related_name="people", db_index=False)
    part = models.ForeignKey(SweepPart, models.PROTECT, related_name="people")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    household = models.ForeignKey(Household, models.PROTECT, related_name="+")
    place = models.CharField("区划", max_length=PLACE_LENGTH)
    grounds = models.JSONField("列入原因")  # ["S04", "S06"]
    covered_by = models.CharField("已享", max_length=60, default="")  # "" = uncovered
    # Per head and month as departments tell it; None where nobody has gone through the incomes.
    known_income_fen = models.BigIntegerField("已知人均月收入", null=True)
    reason = models.CharField("原因码", max_length=20, default="")
    note = models.CharField("说明", max_length=300, default="")
    manner = models.CharField("方式", max_length=10, default="")
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="+")
    settled_on = models.DateField("核实日", null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    outcome_subject = models.CharField("转办", max_length=80, default="")  # "watch.lead:3"

    class Meta:
        verbose_name = "排查对象"
        constraints = [
            models.UniqueConstraint(fields=["sweep", "person"], name="once_in_a_sweep"),
            models.CheckConstraint(
                condition=Q(reason="", settled_on=None)
                | (~Q(reason="") & Q(settled_on__isnull=False)),
                name="an_outcome_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(covered_by="") | Q(reason=""), name="only_the_uncovered_are_checked"
            ),
        ]
        indexes = [
            models.Index(fields=["sweep", "place"], name="people_of_a_sweep"),
            models.Index(
                fields=["part"], condition=Q(covered_by="", reason=""), name="sweep_still_open"
            ),
        ]
