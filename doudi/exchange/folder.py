"""A folder into which departments put their files (SFTP, a shared drive), each taken once.

Layout: ``<folder>/<period>/<file>``, the period as 2022-05; the header tells the format. A file is
claimed by renaming it into ``正在接收``, which only one reader can do; then it is received, which
the same bytes never are twice; then it is renamed into ``已接收``, or into ``未接收`` with a text
beside it that says why. A reader that dies in between leaves its claim, and the next one goes on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from doudi.base.access import Actor
from doudi.exchange import intake
from doudi.exchange.reading import demand_table
from doudi.exchange.refusals import FileTooLarge
from doudi.exchange.tables import MOST_BYTES
from doudi.kernel import clock, faults
from doudi.kernel.dates import Month
from doudi.kernel.problems import Problem, require

TAKING, TAKEN, REFUSED = "正在接收", "已接收", "未接收"
# Names under which programs write what is not whole yet.
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".swp", ".writing")
# A file that was not renamed when it was whole is taken once nobody has written to it for so long.
QUIET_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file: the delivery, or the sentence that says why not."""

    name: str
    period: str
    delivery_id: int | None
    problem: str = ""


class PeriodUnclear(Problem):
    code = "folder.period_unclear"
    say = "文件夹“{name}”不是所属期。"
    next = "请把文件放进以年月命名的文件夹，例如 2022-05。"
    fields = ("name",)


def take_folder(
    folder: Path, place: str, *, by: Actor, quiet_seconds: int = QUIET_SECONDS
) -> list[Taken]:
    """Take every whole file of the folder, and what a reader before left half done.

    A file that cannot be taken never stops the others.
    """
    found = [_finish(claimed, place, by) for claimed in _claimed(folder)]
    for file in _whole(folder, quiet_seconds):
        claim = folder / TAKING / file.parent.name / file.name
        claim.parent.mkdir(parents=True, exist_ok=True)
        if not _renamed(file, _free(claim)):
            continue  # another reader was faster
        faults.here("folder:claimed")
        found += [_finish(each, place, by) for each in _claimed(folder)]
    return found


def _claimed(folder: Path) -> list[Path]:
    return sorted(each for each in (folder / TAKING).glob("*/*") if each.is_file())


def _whole(folder: Path, quiet_seconds: int) -> Iterator[Path]:
    """Files that nobody is writing any more, in order of their names."""
    if not folder.is_dir():
        return
    now = clock.machine_now().timestamp()
    for each in sorted(folder.glob("*/*")):
        if each.parent.name in (TAKING, TAKEN, REFUSED) or each.name.startswith("."):
            continue
        if each.name.lower().endswith(_UNFINISHED) or each.is_symlink() or not each.is_file():
            continue
        if now - each.stat().st_mtime >= quiet_seconds:
            yield each


def _renamed(source: Path, target: Path) -> bool:
    try:
        os.rename(source, target)
    except FileNotFoundError:
        return False
    return True


def _free(target: Path) -> Path:
    """A name that nothing has: an older file of the same name is never written over."""
    at, wanted = 1, target
    while wanted.exists():
        at += 1
        wanted = target.with_name(f"{target.stem}（{at}）{target.suffix}")
    return wanted


def _finish(claim: Path, place: str, by: Actor) -> Taken:
    """Receive a claimed file and put it away; again finds the same delivery."""
    folder, period = claim.parents[2], claim.parent.name
    try:
        delivery = _received(claim, period, place, by)
    except Problem as problem:
        away = _put(claim, folder / REFUSED / period)
        sentence = f"{problem}{problem.next_step}"
        away.with_name(f"{away.name}.原因.txt").write_text(sentence, encoding="utf-8")
        return Taken(claim.name, period, None, sentence)
    faults.here("folder:received")
    _put(claim, folder / TAKEN / period)
    return Taken(claim.name, period, delivery)


def _received(claim: Path, period: str, place: str, by: Actor) -> int:
    try:
        month = Month.parse(period)
    except Problem as problem:
        raise PeriodUnclear(name=period[:40]) from problem
    size = claim.stat().st_size
    require(size <= MOST_BYTES, FileTooLarge(size=size // 2**20 + 1, limit=MOST_BYTES // 2**20))
    content = claim.read_bytes()
    code = intake.guess_format(content, claim.name)
    if code is None:
        demand_table(content)
    delivery = intake.receive(
        content, file_name=claim.name, format_code=code, period=month, place=place, by=by
    )
    return int(delivery.pk)


def _put(claim: Path, where: Path) -> Path:
    where.mkdir(parents=True, exist_ok=True)
    target = _free(where / claim.name)
    os.rename(claim, target)
    return target
