"""This package's place in Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "doudi.people"
    label = "people"
    verbose_name = "人员与家庭"

    def ready(self) -> None:
        """Register the actions of this package."""
        from doudi.people import accounts, consents, facts, registry, visibility, visits

        for module in (accounts, consents, facts, registry, visibility, visits):
            assert module.__name__.startswith(self.name)
