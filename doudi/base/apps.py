"""The ground's place in Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BaseConfig(AppConfig):
    name = "doudi.base"
    label = "base"
    verbose_name = "基础"

    def ready(self) -> None:
        """Install guards after migrations, and let the kernel's clock see the stored time."""
        from doudi.base import guards, timekeeping

        post_migrate.connect(guards.after_migrate, dispatch_uid="doudi.guards")
        timekeeping.install()
