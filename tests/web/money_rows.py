"""One row in every table of claims, funds, prices and raises of a region."""

from __future__ import annotations

from datetime import timedelta

from doudi.kernel import clock
from doudi.payments.models import (
    Allotment,
    Batch,
    Deduction,
    Draw,
    Payable,
    PriceDue,
    PriceIndex,
    PricePerson,
    PriceRound,
    RaiseStep,
    Recovery,
    RecoveryLine,
    RecoveryNotice,
    Repayment,
    ServiceSpending,
    StandardRaise,
    Withholding,
    WriteOff,
)
from tests.arrange import arranging


def fill_money(place: str, batch: Batch, line: Payable, recovery_id: int) -> dict[str, int]:
    """Everything that hangs on one paid line of a place; numbers of what has a page."""
    with arranging():
        _claim(line, batch, Recovery.objects.get(pk=recovery_id))
        spending = _funds(place, batch)
        _prices(place, line)
        raised = StandardRaise.objects.create(
            place=place, scheme="低保", since=clock.business_today(), document="提标文件",
            announced_on=clock.business_today(), state="待复核", rules_version="试",
            entered_at=clock.business_now(), entered_by_id=batch.made_by_id,
        )  # fmt: skip
        RaiseStep.objects.create(
            standard_raise=raised, urban=False, code="二类", old_fen=41700, new_fen=44200
        )
    return {
        "allotment": spending.allotment_id, "spending": spending.pk, "raise": raised.pk,
    }  # fmt: skip


def _claim(line: Payable, batch: Batch, recovery: Recovery) -> None:
    today, now = clock.business_today(), clock.business_now()
    if not recovery.lines.exists():
        RecoveryLine.objects.create(
            recovery=recovery, payable=line, month=line.month, paid_fen=line.fen, due_fen=0,
            over_fen=line.fen, evidence="交管部门证明", ground="fraud:1",
        )  # fmt: skip
    RecoveryNotice.objects.create(
        recovery=recovery, kind="告知书", number=f"追告{recovery.pk}", article="第六十八条",
        amount_fen=100, days=5, remedies="陈述申辩", text="告知", issued_on=today,
    )  # fmt: skip
    Deduction.objects.create(recovery=recovery, payable=line, batch=batch, fen=1)
    Withholding.objects.create(payable=line, person_id=line.payee_id, batch=batch, fen=1)
    Repayment.objects.create(
        recovery=recovery, voucher="票1", manner="现金", fen=1, received_on=today
    )
    WriteOff.objects.create(recovery=recovery, fen=1, reason="确无能力", proposed_at=now)


def _funds(place: str, batch: Batch) -> ServiceSpending:
    today, now = clock.business_today(), clock.business_now()
    allotment = Allotment.objects.create(
        document="财社1号", place=place, source="中央", year=2022, fen=100_000_00,
        purpose="救助", schemes=[], received_on=today, entered_by_id=batch.made_by_id,
    )  # fmt: skip
    Draw.objects.create(allotment=allotment, batch=batch, order=1, fen=1, made_at=now)
    spent: ServiceSpending = ServiceSpending.objects.create(
        number="服务1", place=place, allotment=allotment, provider="社工站", fen=1, spent_on=today,
        entered_by_id=batch.made_by_id,
    )  # fmt: skip
    return spent


def _prices(place: str, line: Payable) -> None:
    now = clock.business_now()
    index = PriceIndex.objects.create(
        region=place, month="2022-05", cpi=210, food=230, document="统计公报",
        released_on=clock.business_today() - timedelta(days=9), entered_at=now,
    )  # fmt: skip
    price_round = PriceRound.objects.create(
        place=place, month="2022-05", index=index, state="待复核", by_cpi=False, by_food=False,
        rise=0, rules_version="试", trace={}, made_at=now,
    )  # fmt: skip
    PriceDue.objects.create(
        round=price_round, place=line.place, household_id=line.household_id,
        payee_id=line.payee_id, persons=1, fen=1,
    )  # fmt: skip
    PricePerson.objects.create(
        round=price_round, place=line.place, person_id=line.payee_id,
        household_id=line.household_id, identities="低保", urban=False, fen=1,
    )  # fmt: skip


def fill_county_prices(county: str, user_id: int) -> None:
    """An index of the province and a county's roster, both waiting for a second person."""
    today, now = clock.business_today(), clock.business_now()
    with arranging():
        index = PriceIndex.objects.create(
            region=f"{county[:2]}0000000000", month="2022-05", cpi=210, food=230, released_on=today,
            document="统计公报", entered_by_id=user_id, entered_at=now,
        )  # fmt: skip
        PriceRound.objects.create(
            place=county, month="2022-05", index=index, state="待复核", by_cpi=True, by_food=False,
            rise=210, rules_version="试", trace={}, made_by_id=user_id, made_at=now, due_on=today,
        )  # fmt: skip
