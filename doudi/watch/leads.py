"""Leads (主动发现线索): somebody told us of a family in trouble; reporters are protected."""

from __future__ import annotations

from dataclasses import dataclass, replace

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action, record_read
from doudi.base.calendars import calendar
from doudi.base.files import keep
from doudi.base.locks import lock
from doudi.base.models import StoredFile
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.base.vault import decrypt, encrypt
from doudi.kernel import clock
from doudi.kernel.problems import require
from doudi.people import chain
from doudi.people.models import Household
from doudi.watch import photos
from doudi.watch.models import Alert, Lead
from doudi.watch.parameters import told_on
from doudi.watch.problems import (
    LeadIncomplete,
    LeadPlaceNotYours,
    LeadSettled,
    LeadSourceUnknown,
    OutcomeMissing,
    RevealWithoutReason,
)
from doudi.watch.states import (
    LEAD_HANDED_ON,
    LEAD_OPEN,
    LEAD_SETTLED,
    LEAD_SOURCES,
    TASK_LEAD,
    alert_subject,
    lead_subject,
)
from doudi.watch.writing import CLERK

ARTICLE = "关于改革完善社会救助制度的意见：主动发现"


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """What a lead says; ``reporter`` is encrypted and shown to nobody without a reason."""

    place: str
    about: str
    story: str
    source: str = "村级走访"
    household_id: int | None = None
    reporter: str = ""
    photo_id: int | None = None


@action("lead.report", needs="lead.report")
def report_lead(lead: LeadFacts, *, by: Actor, photo: bytes = b"") -> Lead:
    """Report a family in trouble: first check within three working days by the township.

    ``photo`` is kept without what the camera wrote into it: place, time, owner of the phone.
    """
    require(by.covers(lead.place), LeadPlaceNotYours())
    require(lead.about.strip(), LeadIncomplete(what="对象"))
    require(lead.story.strip(), LeadIncomplete(what="情况"))
    require(lead.source in LEAD_SOURCES, LeadSourceUnknown(source=lead.source))
    if lead.household_id is not None:
        one_or_not_there(Household.objects.all(), pk=lead.household_id)
    if lead.photo_id is not None:
        one_or_not_there(StoredFile.objects.all(), pk=lead.photo_id)
    if photo:
        plain, media_type = photos.without_traces(photo)
        kept = keep(plain, name=f"线索照片.{media_type.partition('/')[2]}", media_type=media_type)
        lead = replace(lead, photo_id=kept.pk)
    return _open(lead, None)


def _open(lead: LeadFacts, alert: Alert | None) -> Lead:
    today = clock.business_today()
    due = calendar().add_workdays(today, int(told_on(today)["due.lead"]))
    row: Lead = Lead.objects.create(
        place=lead.place,
        household_id=lead.household_id,
        source=lead.source,
        about=lead.about.strip()[:120],
        story=lead.story.strip(),
        reporter_cipher=encrypt(lead.reporter.strip()) if lead.reporter.strip() else None,
        photo_id=lead.photo_id,
        alert=alert,
        reported_at=clock.business_now(),
        check_due=due.day,
        state=LEAD_OPEN,
    )
    # The village's own place: whoever reports sees no more than the village, the clerk sees it too.
    facts = TaskFacts(
        kind=TASK_LEAD,
        title=f"线索初核：{row.about}"[:200],
        place=row.place,
        role=CLERK,
        subject=lead_subject(row.pk),
        article=ARTICLE,
    )
    open_task(facts, due=due)
    _event(row, f"收到线索（{row.source}）")
    return row


@action("lead.settle", needs="lead.triage")
def settle_lead(lead_id: int, outcome: str, *, by: Actor, subject: str = "") -> Lead:
    """End the first check with words; ``subject`` names the case that the lead led to, if any."""
    lock(lead_subject(lead_id))
    lead: Lead = one_or_not_there(Lead.objects.select_for_update(), pk=lead_id)
    require(lead.state == LEAD_OPEN, LeadSettled(state=lead.state.removeprefix("已")))
    require(outcome.strip(), OutcomeMissing())
    lead.state = LEAD_HANDED_ON if subject else LEAD_SETTLED
    lead.outcome, lead.outcome_subject = outcome.strip()[:200], subject
    lead.save(update_fields=["state", "outcome", "outcome_subject"])
    finish_tasks(lead_subject(lead.pk), by=by, kinds=(TASK_LEAD,))
    _event(lead, f"线索{lead.state.removeprefix('已')}：{lead.outcome}"[:120])
    return lead


@action("lead.from_alert", needs="lead.report")
def lead_from_alert(alert_id: int, *, by: Actor) -> Lead:
    """Make a lead for the village of an alert; the same alert again answers the same lead."""
    lock(alert_subject(alert_id))
    alert = one_or_not_there(Alert.objects.select_related("household", "person"), pk=alert_id)
    found: Lead | None = Lead.objects.filter(alert=alert).first()
    if found is not None:
        return found
    reasons = (
        alert.hits.filter(withdrawn=False)
        .order_by("indicator", "id")
        .values_list("sentence", flat=True)
    )
    lead = LeadFacts(
        place=alert.place,
        about=f"{alert.person.name}家",
        story="；".join(reasons),
        source="预警",
        household_id=alert.household_id,
    )
    return _open(lead, alert)


def reveal_reporter(lead_id: int, why: str, *, by: Actor) -> str:
    """Who reported, for those who check leads; the reading is recorded (promise A7)."""
    by.demand("lead.triage")
    lead: Lead = one_or_not_there(Lead.objects.all(), pk=lead_id)
    require(why.strip(), RevealWithoutReason())
    record_read(lead_subject(lead.pk), by=by, why=why)
    return decrypt(lead.reporter_cipher) if lead.reporter_cipher else ""


def _event(lead: Lead, title: str) -> None:
    if lead.household_id is None:
        return
    chain.append(
        lead.household_id,
        "线索",
        title,
        detail={"lead": lead.pk, "state": lead.state},
        subject=lead_subject(lead.pk),
    )
