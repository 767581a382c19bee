"""This package's place in Django."""

from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "doudi.watch"
    label = "watch"
    verbose_name = "监测预警"

    def ready(self) -> None:
        """Register the consumers and actions of this package."""
        from doudi.watch import (
            alike,
            consumers,
            leads,
            loop,
            register,
            suspensions,
            sweeps,
            thresholds,
            withdrawals,
        )

        for module in (
            alike,
            consumers,
            leads,
            loop,
            register,
            suspensions,
            sweeps,
            thresholds,
            withdrawals,
        ):
            assert module.__name__.startswith(self.name)
