"""What the lines of a return file do to the pending movements of a batch, set-based.

The lines of one file are copied into a temporary table and joined with the ledger once. The answer
does not depend on the order of lines: neither the first nor the last of two that contradict each
other wins, both are named and none is used (promise M7).
"""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from doudi.payments.bankfile import FAILED, PAID, RETURNED, LineProblem, ReturnLine
from doudi.payments.models import BankReturn, Batch

_TABLES = """
drop table if exists pg_temp.bank_said, pg_temp.bank_refused, pg_temp.bank_sent,
  pg_temp.bank_outcome;
create temporary table bank_said (line int not null, reference text not null,
  paid boolean not null, fen bigint not null, reason text not null,
  returned boolean not null) on commit drop;
create temporary table bank_refused (line int not null, field text not null, value text not null,
  why text not null) on commit drop
"""

# What was sent, and what is known of it. A table of its own, so that its size is known when it is
# joined: right after a release the ledger has no statistics yet, and a join by guess is quadratic.
_SENT = """
create temporary table bank_sent on commit drop as
select p.reference, p.household_id, t.payable_id, t.id, t.fen, t.debit, t.credit,
  (select case when s.kind = 'post' and exists (select 1 from payments_transfer b
      where b.settles_id = s.id) then 'back' else s.kind end
    from payments_transfer s where s.settles_id = t.id) as settled
from payments_transfer t join payments_payable p on p.id = t.payable_id
where t.batch_id = %(batch)s and t.kind = 'pend'
"""

# One row for each reference that the file names: what it says, what was sent, what follows. Of
# several reasons the smallest is kept, so that the order of lines decides nothing. Money that comes
# back (退汇) before we were told that it was paid has failed; afterwards the payment is taken back.
_OUTCOME = """
create temporary table bank_outcome on commit drop as
with told as (
  select reference, min(line) filter (where not returned) as line,
    min(line) filter (where returned) as back_line, count(*) as times, bool_or(paid) as paid,
    bool_or(not paid and not returned) as failed, bool_or(returned) as returned,
    not (bool_or(paid) and bool_or(not paid and not returned)) and min(fen) = max(fen) as agrees,
    min(fen) as fen, min(reason collate "C") filter (where not paid) as reason
  from bank_said group by reference
)
select told.reference, told.line, told.back_line, told.times, told.reason, sent.id, sent.payable_id,
  sent.household_id, sent.fen, sent.debit, sent.credit, sent.settled,
  case when sent.id is null then 'unknown'
    when not told.agrees then 'contradiction'
    when told.fen <> sent.fen then 'amount'
    when sent.settled is null
      then case when told.failed or told.returned then 'void' else 'post' end
    when sent.settled = 'post' and told.returned then 'back'
    when sent.settled = 'post' and told.failed then 'otherwise'
    when sent.settled = 'void' and told.paid and not told.returned then 'otherwise'
    else 'known' end as outcome
from told left join bank_sent sent using (reference)
"""

_COUNT = """
select coalesce(sum(1) filter (where outcome = 'post'), 0)::bigint,
  coalesce(sum(fen) filter (where outcome = 'post'), 0)::bigint,
  coalesce(sum(1) filter (where outcome = 'void'), 0)::bigint,
  coalesce(sum(fen) filter (where outcome = 'void'), 0)::bigint,
  coalesce(sum(1) filter (where outcome = 'back'), 0)::bigint,
  coalesce(sum(fen) filter (where outcome = 'back'), 0)::bigint
from bank_outcome
"""

_SAID = f"""case when s.returned then '{RETURNED}' when s.paid then '{PAID}'
      else '{FAILED}' end"""

_REFUSE = f"""
insert into bank_refused (line, field, value, why)
select s.line,
  case o.outcome when 'amount' then '金额' when 'otherwise' then '结果' else '业务号' end,
  case o.outcome when 'amount' then s.fen::text
    when 'otherwise' then {_SAID}
    else s.reference end,
  case o.outcome when 'unknown' then '本批次没有这个业务号'
    when 'contradiction' then '同一业务号在文件内有互相矛盾的几行'
    when 'amount' then '金额与送盘的 ' || o.fen || ' 分不符'
    when 'otherwise' then '此前的回盘已记为“'
      || case when o.settled = 'post' then '{PAID}' else '{FAILED}' end || '”，本次为“'
      || {_SAID} || '”，互相矛盾，请向银行核实'
    else '文件内重复的一行，只采用一次' end
from bank_outcome o join bank_said s using (reference)
where o.outcome not in ('post', 'void', 'back', 'known')
  or (o.times > 1 and s.line > case when s.returned then o.back_line else o.line end)
"""

_KEEP_REFUSED = """
insert into payments_returnproblem (bank_return_id, line, "column", value, why)
select %s, line, field, value, why from bank_refused
order by line, field collate "C", why collate "C"
"""


@dataclass(frozen=True)
class Settlement:
    """What the lines of one file come to: lines and fen to post, to void, to take back; refused."""

    paid_lines: int
    paid_fen: int
    failed_lines: int
    failed_fen: int
    returned_lines: int
    returned_fen: int
    refused_lines: int


def settle_lines(
    batch: Batch, lines: Iterable[ReturnLine], problems: Iterable[LineProblem]
) -> Settlement:
    """Sort the lines of one file into ``bank_outcome`` and ``bank_refused``, inside an action.

    The lines carry the numbers that they have in the file; problems are what could not be read.
    """
    assert connection.in_atomic_block, "a return is settled inside an action"
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        with cursor.copy(
            "copy bank_said (line, reference, paid, fen, reason, returned) from stdin"
        ) as copy:
            for line in lines:
                copy.write_row(line)
        with cursor.copy("copy bank_refused (line, field, value, why) from stdin") as copy:
            for problem in problems:
                copy.write_row((problem.line, problem.column, problem.value, problem.why))
        cursor.execute(_SENT, {"batch": batch.pk})
        cursor.execute("analyze bank_said, bank_sent")
        cursor.execute(_OUTCOME)
        cursor.execute(_REFUSE)
        cursor.execute(_COUNT)
        paid, paid_fen, failed, failed_fen, returned, returned_fen = cursor.fetchone()
        cursor.execute("select count(distinct line) from bank_refused where line > 0")
        (refused,) = cursor.fetchone()
    return Settlement(
        paid, paid_fen, failed, failed_fen, returned, returned_fen, refused_lines=refused
    )


def keep_refused(row: BankReturn) -> None:
    """Keep every line that could not be used beside the return file, with its reason."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_REFUSED, [row.pk])
