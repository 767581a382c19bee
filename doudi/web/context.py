"""What every page of the desk needs."""

from typing import Any

from django.http import HttpRequest


def desk(request: HttpRequest) -> dict[str, Any]:
    """Names of the actor and the business date."""
    return {}
