"""The door for other departments' files: the same bytes come in once, and can be taken back."""

from __future__ import annotations

import hashlib

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.files import keep
from doudi.base.locks import lock
from doudi.exchange.formats import FORMATS
from doudi.exchange.models import Delivery
from doudi.exchange.reading import guess_format
from doudi.exchange.refusals import EmptyFile, FileTooLarge
from doudi.exchange.tables import MOST_BYTES
from doudi.exchange.topics import DELIVERY_RECEIVED, DELIVERY_WITHDRAWN, FACTS_CHANGED
from doudi.kernel import clock, faults
from doudi.kernel.dates import Month
from doudi.kernel.ids import check_division_code
from doudi.kernel.problems import NotThere, Problem, require
from doudi.people.facts import close_source

WITHDRAWN = "已撤回"


class UnknownFormat(Problem):
    code = "delivery.unknown_format"
    say = "没有名为“{format}”的文件格式。"
    next = "请从格式列表中选择；新的格式需要先登记。"
    fields = ("format",)


class FormatNotRecognised(Problem):
    code = "delivery.format_not_recognised"
    say = "看表头认不出这是哪一种来文。"
    next = "请从格式列表中选择文件类型；仍然不行的，请对照该格式的模板检查表头。"


class ReasonMissing(Problem):
    code = "delivery.reason_missing"
    say = "撤回来文要写明原因。"
    next = "请填写撤回原因，例如“来源部门更正后重新报送”。"


@action("delivery.receive", needs="delivery.receive")
def receive(
    content: bytes,
    *,
    file_name: str,
    format_code: str | None,
    period: str | Month,
    place: str,
    authority: str = "",
    by: Actor,
) -> Delivery:
    """Keep a department's file and hand it to processing; the same bytes again are found, not kept.

    ``place`` is the 12-digit code whose people the file is about; ``authority`` the document on
    which the sharing rests (the format's own where none is given).
    """
    if not format_code:
        raise FormatNotRecognised()
    require(format_code in FORMATS, UnknownFormat(format=format_code[:40]))
    require(content, EmptyFile())
    if len(content) > MOST_BYTES:
        raise FileTooLarge(size=len(content) // 2**20 + 1, limit=MOST_BYTES // 2**20)
    month = str(period if isinstance(period, Month) else Month.parse(period))
    check_division_code(place)
    require(by.covers(place), NotThere())
    digest = hashlib.sha256(content).hexdigest()
    lock(f"delivery:{format_code}:{place}:{month}:{digest}")
    same = Delivery.objects.filter(
        format=format_code, place=place, period=month, file__digest=digest
    )
    found: Delivery | None = same.exclude(state=WITHDRAWN).first()
    if found is not None:
        return found
    faults.here("delivery:before_file")
    file = keep(content, name=file_name, media_type="application/octet-stream")
    faults.here("delivery:file_kept")
    form = FORMATS[format_code]
    delivery: Delivery = Delivery.objects.create(
        format=format_code,
        department=form.department,
        place=place,
        period=month,
        authority=(authority or form.authority)[:120],
        file=file,
        file_name=file_name[-200:],
        received_at=clock.business_now(),
        received_by_id=by.user_id,
        state="已接收",
    )
    DELIVERY_RECEIVED.emit(delivery_id=delivery.pk)
    return delivery


@action("delivery.withdraw", needs="delivery.withdraw")
def withdraw(delivery_id: int, reason: str, *, by: Actor) -> Delivery:
    """Take a delivery back: its facts fall, what they replaced stands again, its bytes may return.

    What hangs on it is listed beforehand by ``queries.consequences_of``; those downstream learn of
    the withdrawal by topic. Withdrawing again changes nothing.
    """
    require(reason.strip(), ReasonMissing())
    lock(f"delivery:{delivery_id}")
    delivery: Delivery = one_or_not_there(Delivery.objects.all(), pk=delivery_id)
    if delivery.state == WITHDRAWN:
        return delivery
    fallen = close_source(f"delivery:{delivery_id}")
    faults.here("delivery:facts_closed")
    delivery.state = WITHDRAWN
    delivery.problem = f"撤回原因：{reason.strip()}；收回事实 {fallen} 条"
    delivery.save(update_fields=["state", "problem"])
    DELIVERY_WITHDRAWN.emit(delivery_id=delivery.pk, place=delivery.place, period=delivery.period)
    return delivery


__all__ = [
    "DELIVERY_RECEIVED", "DELIVERY_WITHDRAWN", "FACTS_CHANGED", "guess_format", "receive",
    "withdraw",
]  # fmt: skip
