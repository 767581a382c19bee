"""This package's place in Django."""

from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "doudi.watch"
    label = "watch"
    verbose_name = "监测预警"
