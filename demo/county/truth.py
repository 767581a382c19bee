"""The truth in a file of its own: never shown to the system, only to those who measure it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from demo.county.county import County


class RowTruth(NamedTuple):
    """Whose a row is (None: nobody of the county), what was done to it, which story it tells."""

    file: str
    line: int  # as a spreadsheet counts, the first line of the file is 1
    local_id: int | None
    dirt: tuple[str, ...]
    story: int | None


def write(county: County, path: Path) -> None:
    """JSON lines: `story`, `unpaid` (recipients not to be paid on) and `row`."""
    with path.open("w", encoding="utf-8", newline="\n") as lines:
        for story in county.truth:
            lines.write(_line(type="story", **_of(story)))
        for story in county.truth:
            if story.direction == "out":
                lines.write(
                    _line(
                        type="unpaid", person=story.person_local_id, household=story.household_id,
                        programme=story.programme, why=story.kind, story=story.local_id,
                    )
                )  # fmt: skip
        for row in county.rows:
            lines.write(
                _line(
                    type="row", file=row.file, line=row.line, person=row.local_id, dirt=row.dirt,
                    story=row.story,
                )
            )  # fmt: skip


def _of(story: Any) -> dict[str, Any]:
    return {
        "story": story.local_id,
        "kind": story.kind,
        "household": story.household_id,
        "person": story.person_local_id,
        "direction": story.direction,
        "expect": story.expect,
        "programme": story.programme,
        "why": story.why,
        "files": story.files,
        "detail": story.detail,
    }


def _line(**fields: Any) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n"
