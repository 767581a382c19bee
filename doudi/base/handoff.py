"""The machine's work list (docs/adr/0002-work-list.md): topics, written in the same transaction.

A package upstream declares a topic and emits to it inside an action; packages downstream register
consumers. Delivery is at least once, so every consumer is an action whose effect has a name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

Consumer = Callable[..., None]


@dataclass
class Topic:
    """Something that happened, with the names of the facts that it carries (ids and codes only)."""

    name: str
    carries: tuple[str, ...]
    consumers: dict[str, Consumer] = field(default_factory=dict)

    def emit(self, **facts: int | str | None) -> None:
        """Leave one work row per consumer; it is there when the transaction is, else not."""
        from doudi.base.worklist import defer

        assert connection.in_atomic_block, "a topic is emitted inside an action"
        assert set(facts) == set(self.carries), f"{self.name} carries {self.carries}"
        for consumer in sorted(self.consumers):
            defer(self.name, consumer, facts)


TOPICS: dict[str, Topic] = {}


def topic(name: str, *carries: str) -> Topic:
    """Declare a topic, in the package that produces it."""
    assert name not in TOPICS, f"two topics are called {name}"
    TOPICS[name] = Topic(name, carries)
    return TOPICS[name]


def consumes(where: Topic) -> Callable[[Consumer], Consumer]:
    """Register a consumer: called with the topic's facts, possibly more than once."""

    def register(consumer: Consumer) -> Consumer:
        name = f"{consumer.__module__}.{consumer.__name__}"
        assert name not in where.consumers, f"{name} consumes {where.name} twice"
        where.consumers[name] = consumer
        return consumer

    return register


def consume(topic_name: str, consumer: str, facts: dict[str, Any]) -> None:
    """Run one work row."""
    TOPICS[topic_name].consumers[consumer](**facts)
