"""This package's place in Django."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "doudi.places"
    label = "places"
    verbose_name = "区划地名"

    def ready(self) -> None:
        """Register the actions of this package."""
        from doudi.places import loading

        assert loading.__name__.startswith(self.name)
