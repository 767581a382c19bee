"""How passwords are kept: Argon2id with the parameters that OWASP names for servers."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class DeskPasswordHasher(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: the same strength against cards, a tenth of the cores."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
