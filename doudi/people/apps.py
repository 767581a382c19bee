"""This package's place in Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "doudi.people"
    label = "people"
    verbose_name = "人员与家庭"
