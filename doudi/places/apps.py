"""This package's place in Django."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "doudi.places"
    label = "places"
    verbose_name = "区划地名"
