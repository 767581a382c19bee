"""Where work rows live: procrastinate's tables in our database, behind this thin module."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.db import connection
from procrastinate import App
from procrastinate.contrib.django import app as django_app

from doudi.base import handoff

log = logging.getLogger("doudi.worklist")
QUEUE = "river"


def work_app() -> App:
    """The procrastinate application bound to Django's connection."""
    return django_app  # a proxy of the one that is ready


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


def failed() -> int:
    """Number of work rows that ended in an error and wait for somebody to look."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where status = 'failed'")
        return int(cursor.fetchone()[0])


def retry_failed() -> int:
    """Put failed rows back, once their cause is mended; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_jobs set status = 'todo' where status = 'failed' "
            "and queue_name = %s",
            [QUEUE],
        )
        return int(cursor.rowcount)


def revive_stalled() -> int:
    """Put rows back that a killed worker left half way; for a single worker at its start."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_jobs set status = 'todo' where status = 'doing' "
            "and queue_name = %s",
            [QUEUE],
        )
        return int(cursor.rowcount)


def drain(limit: int = 100_000, *, keep_going: bool = False) -> int:
    """Run waiting rows one after another until none is left; return how many were done.

    A row that fails is marked failed and, unless ``keep_going``, its error is the caller's. Several
    drains may run at once: each takes rows that no other holds.
    """
    done = 0
    while done < limit and (row := _take()) is not None:
        job_id, args = row
        try:
            handoff.consume(args["topic"], args["consumer"], args["facts"])
        except Exception:
            _finish(job_id, "failed")
            log.error("work row %s failed: %s", job_id, args["topic"])
            if not keep_going:
                raise
        else:
            _finish(job_id, "succeeded")
            log.debug("work row %s done: %s", job_id, args["topic"])
        done += 1
    return done


def _take() -> tuple[int, dict[str, Any]] | None:
    """Mark the next waiting row as ours (``SKIP LOCKED``) and return it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_jobs set status = 'doing' where id = ("
            "select id from procrastinate_jobs where status = 'todo' and queue_name = %s "
            "order by priority desc, id limit 1 for update skip locked) returning id, args",
            [QUEUE],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    job_id, args = row
    return job_id, json.loads(args) if isinstance(args, str) else args


def _finish(job_id: int, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_jobs set status = %s::procrastinate_job_status, "
            "attempts = attempts + 1 where id = %s",
            [status, job_id],
        )
