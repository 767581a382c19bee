"""What every page of the desk needs: actor, posts, menu, the date of business, the demo banner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from doudi.base.roles import role_of
from doudi.kernel import clock
from doudi.places.queries import short_name

# Beginnings of url names of the watch.
WATCH = (
    "alert", "suspension", "funnel", "register", "sweep", "precision", "threshold", "alike",
)  # fmt: skip

# … and of the money.
MONEY = ("batch", "recover", "price", "money", "fund", "service", "raise")

# (url name, label, permission, beginnings of url names that light it up)
MENU = (
    ("today", "今日工作", "self", ("today",)),
    ("alerts", "监测预警", "alert.read", WATCH),
    ("leads", "主动发现", "lead.read", ("lead",)),
    ("cases", "救助办件", "case.read", ("case", "review", "late", "urgent")),
    ("people", "人员家庭", "person.read", ("people",)),
    ("batches", "资金发放", "payment.read", MONEY),
    ("deliveries", "部门数据", "delivery.read", ("deliver",)),
    ("users", "用户岗位", "user.read", ("user",)),
    ("audit", "审计存证", "audit.read", ("audit",)),
)


@dataclass(frozen=True)
class MenuItem:
    """One entry of the side menu."""

    url_name: str
    label: str
    lit: bool


def desk(request: HttpRequest) -> dict[str, Any]:
    """Template variables of every page; nothing of it queries for anonymous visitors."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {"actor": None, "moved_to": clock.moved_to()}
    here = request.resolver_match.url_name or "" if request.resolver_match else ""
    return {
        "actor": actor,
        "may": role_of(actor.role).may,
        "role_label": role_of(actor.role).label,
        "place_label": short_name(actor.place),
        "posts": [
            (post, role_of(post.role).label, short_name(post.place), post.pk == actor.post_id)
            for post in getattr(request, "posts", [])
        ],
        "menu": [
            MenuItem(name, label, here.startswith(beginnings))
            for name, label, needs, beginnings in MENU
            if actor.may(needs)
        ],
        "today": clock.business_today(),
        "moved_to": clock.moved_to(),
    }
