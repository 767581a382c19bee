"""This package's place in Django."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "doudi.cases"
    label = "cases"
    verbose_name = "办件"

    def ready(self) -> None:
        """Register every verb, so that the list of actions is whole."""
        from doudi.cases import (
            applications,
            awards,
            checking,
            decisions,
            investigation,
            opinions,
            publicity,
            review,
        )

        verbs = (applications, awards, checking, decisions, investigation, opinions, publicity)
        for module in (*verbs, review):
            assert module.__name__.startswith(self.name)
