"""Where work rows live: procrastinate's tables in our database, behind this thin module."""

from __future__ import annotations

import logging
from typing import Any

from django.db import connection
from procrastinate import App, jobs
from procrastinate.contrib.django import app as django_app

from doudi.base import handoff

log = logging.getLogger("doudi.worklist")
QUEUE = "river"


def work_app() -> App:
    """The procrastinate application bound to Django's connection."""
    return django_app.current_app  # type: ignore[attr-defined]


def register_tasks(app: App) -> None:
    """Called by procrastinate's Django integration (``PROCRASTINATE_ON_APP_READY``)."""

    @app.task(name="doudi.consume", queue=QUEUE)
    def run_consumer(topic: str, consumer: str, facts: dict[str, Any]) -> None:
        handoff.consume(topic, consumer, facts)


def defer(topic: str, consumer: str, facts: dict[str, Any]) -> None:
    """Write one work row in the current transaction."""
    work_app().configure_task("doudi.consume", queue=QUEUE).defer(
        topic=topic, consumer=consumer, facts=facts
    )


def waiting() -> int:
    """Number of work rows not yet done."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where status in ('todo', 'doing')")
        return int(cursor.fetchone()[0])


def revive_stalled() -> int:
    """Put rows back that a killed worker left half way; for a single worker at its start."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select procrastinate_retry_job_v1(id, now(), null, null, null) "
            "from procrastinate_jobs where status = 'doing'"
        )
        return cursor.rowcount


def drain(limit: int = 100_000) -> int:
    """Run waiting rows one after another in this process until none is left; return how many.

    Used by the demo, tests and ``doudi river``; a server runs ``doudi worker`` instead. A row that
    fails stops the drain: its error is the caller's.
    """
    done = 0
    while done < limit:
        with connection.cursor() as cursor:
            cursor.execute(
                "select id, args from procrastinate_jobs where status = 'todo' "
                "and queue_name = %s order by priority desc, id limit 1",
                [QUEUE],
            )
            row = cursor.fetchone()
        if row is None:
            return done
        _run_one(*row)
        done += 1
    return done


def _run_one(job_id: int, args: Any) -> None:
    import json

    facts = json.loads(args) if isinstance(args, str) else args
    handoff.consume(facts["topic"], facts["consumer"], facts["facts"])
    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_jobs set status = 'succeeded', attempts = attempts + 1 "
            "where id = %s",
            [job_id],
        )
    log.info("work row %s done: %s", job_id, facts["topic"])


__all__ = ["defer", "drain", "jobs", "register_tasks", "revive_stalled", "waiting", "work_app"]
