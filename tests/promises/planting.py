"""Bugs planted in the desk: the same addresses with some pages replaced."""

from __future__ import annotations

import types
from collections.abc import Callable

from django.http import HttpResponse
from django.urls import path

from doudi.web import urls


def planted(**views: Callable[..., HttpResponse]) -> types.ModuleType:
    """The same addresses with some pages replaced."""
    patterns = [
        path(str(one.pattern), views.get(one.name, one.callback), name=one.name)
        for one in urls.urlpatterns
    ]
    made = types.ModuleType("planted_urls")
    vars(made).update(urlpatterns=patterns, handler404=urls.handler404)
    return made
