"""Writing off (核销): what is left of a claim is given up, by decision of a second person only."""

from __future__ import annotations

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.kernel import clock
from doudi.kernel.problems import require
from doudi.payments import notices
from doudi.payments.models import WriteOff
from doudi.payments.overpaid import DECIDED, WRITTEN_OFF
from doudi.payments.problems_recovery import MoreThanOwed, NoWriteOff, WriteOffOpen
from doudi.payments.recovery import choice, demand_other, issue, left_of, stated, subject_of, taken

YES, NO = "核销", "不核销"
TO_WRITE_OFF = "追缴核销"


@action("recovery.propose_write_off", needs="recovery.handle")
def propose_write_off(recovery_id: int, reason: str, *, by: Actor) -> WriteOff:
    """Propose to give up what is left of a claim, with the reason."""
    row = taken(recovery_id, DECIDED, step="申请核销", by=by)
    said = stated(reason, "核销理由")
    is_open = WriteOff.objects.filter(recovery=row, decided_at=None).exists()
    require(not is_open, WriteOffOpen(number=row.number))
    left = left_of(row.pk)
    require(left > 0, MoreThanOwed(number=row.number, left=left, fen=0))
    made: WriteOff = WriteOff.objects.create(
        recovery=row,
        fen=left,
        reason=said,
        proposed_by_id=by.user_id,
        proposed_at=clock.business_now(),
    )
    open_task(
        TaskFacts(
            kind=TO_WRITE_OFF,
            title=f"追缴 {row.number} 申请核销，等待决定",
            place=row.place,
            role="county_leader",
            subject=subject_of(row),
        )
    )
    return made


@action("recovery.write_off", needs="recovery.decide", fresh_seal=True)
def decide_write_off(recovery_id: int, outcome: str, *, by: Actor) -> WriteOff:
    """Decide on the proposal (核销, 不核销): never who proposed it; what is left now counts."""
    row = taken(recovery_id, DECIDED, step="决定核销", by=by)
    choice("核销结果", outcome, YES, NO)
    proposal: WriteOff | None = WriteOff.objects.filter(recovery=row, decided_at=None).first()
    require(proposal is not None, NoWriteOff(number=row.number))
    assert proposal is not None
    demand_other(proposal.proposed_by_id, by, f"追缴 {row.number} ", "核销申请", "决定")
    left = left_of(row.pk)
    require(left > 0 or outcome == NO, MoreThanOwed(number=row.number, left=left, fen=0))
    proposal.fen = min(left, proposal.fen) or proposal.fen
    proposal.outcome, proposal.decided_by_id = outcome, by.user_id
    proposal.decided_at = clock.business_now()
    proposal.save(update_fields=["fen", "outcome", "decided_by", "decided_at"])
    finish_tasks(subject_of(row), by=by, kinds=(TO_WRITE_OFF,))
    if outcome == YES and proposal.fen == left:
        row.state, row.closed_at = WRITTEN_OFF, proposal.decided_at
        row.save(update_fields=["state", "closed_at"])
        given_up = notices.given_up(row.scheme, row.cause, proposal.fen, proposal.reason)
        issue(row, given_up, by)
    return proposal
