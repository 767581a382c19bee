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
            approval,
            awards,
            care,
            checking,
            decisions,
            investigation,
            kin,
            opinions,
            publicity,
            review,
            reviews,
            urgent,
        )

        verbs = (applications, approval, awards, care, checking, decisions, investigation, kin)
        for module in (*verbs, opinions, publicity, review, reviews, urgent):
            assert module.__name__.startswith(self.name)
