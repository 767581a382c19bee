"""A PostgreSQL server of our own, started from a wheel, for demo, tests and small offices.

Production gives ``DATABASE_URL`` and never comes here. Neither Django nor settings are needed.
Usage: ``python -m doudi.base.embedded start|stop|status|psql|destroy``.

Where things lie: for an ordinary user everything is in ``home`` (``var/pg`` of the checkout).
PostgreSQL refuses to run as root, and root's checkout may be closed to everybody else, so for root
``home`` holds only an ``id`` and the rest is in ``/var/lib/doudi/pg-<id>``, run by another user.
"""

from doudi.base.embedded.programs import EmbeddedError
from doudi.base.embedded.server import Server, ServerInfo, default_home

__all__ = ["EmbeddedError", "Server", "ServerInfo", "default_home"]
