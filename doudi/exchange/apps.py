"""This package's place in Django."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "doudi.exchange"
    label = "exchange"
    verbose_name = "数据共享"
