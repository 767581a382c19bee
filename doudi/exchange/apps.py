"""This package's place in Django."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "doudi.exchange"
    label = "exchange"
    verbose_name = "数据共享"

    def ready(self) -> None:
        """Register the consumers of this package's topics."""
        from doudi.exchange import duplicates, processing  # noqa: F401
