"""This package's place in Django."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "doudi.web"
    label = "web"
    verbose_name = "工作台"

    def ready(self) -> None:
        from doudi.web import authorization  # noqa: F401  (registers its check)
