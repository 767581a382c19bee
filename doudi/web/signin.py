"""Signing in with a name and a password."""

from django.contrib.auth.backends import BaseBackend


class PasswordBackend(BaseBackend):
    pass
