"""Nothing personal in logs by construction: calls name ids and codes; this filter is the net.

It hangs on every handler. What libraries would say with values in it is said without: statements of
the database, addresses that somebody typed, and the texts of exceptions (PostgreSQL repeats values
in its messages, so only the kind of an exception, its code and its places in the code are kept).
"""

from __future__ import annotations

import logging
import re
import traceback
from pathlib import Path
from types import TracebackType

_LONG_NUMBER = re.compile(r"(?<!\d)\d{11,19}[\dXx]?(?!\d)")
_HIDDEN = "[号码]"
# Libraries whose messages repeat statements with their values.
_STATEMENTS = ("django.db.backends", "psycopg")


class Redact(logging.Filter):
    """Takes values out of a record before any handler writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = _said(record)
        cleaned = _LONG_NUMBER.sub(_HIDDEN, text)
        if cleaned != record.msg or record.args:
            record.msg, record.args = cleaned, ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = without_values(record.exc_info[1])
            record.exc_info = None
        return True


def _said(record: logging.LogRecord) -> str:
    """The message without what a library repeats of statements and addresses."""
    if record.name.startswith(_STATEMENTS):
        spent = getattr(record, "duration", None)
        return "statement" if spent is None else f"statement in {spent:.3f} s"
    request = getattr(record, "request", None)
    path = getattr(request, "path", "")
    if path:
        status = getattr(record, "status_code", "")
        return f"{status} {getattr(request, 'method', '')} {_route(request)}".strip()
    return record.getMessage()


def _route(request: object) -> str:
    """The pattern of an address, because the address itself is whatever somebody typed."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match is not None else "[unknown address]"


def without_values(error: BaseException) -> str:
    """The kinds of an exception and its causes, with codes and places in the code, no texts."""
    lines: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(lines) < 200:
        lines += [_kind(seen), *_frames(seen.__traceback__)]
        following = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
        seen = following
    return "\n".join(lines)


def _kind(error: BaseException) -> str:
    """``IntegrityError`` or ``UniqueViolation 23505 one_person_per_id``."""
    told = getattr(error, "diag", None)
    words = (
        type(error).__name__,
        getattr(error, "sqlstate", None),
        getattr(told, "constraint_name", None),
    )
    return " ".join(str(word) for word in words if word)


def _frames(trace: TracebackType | None) -> list[str]:
    return [
        f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)
    ]
