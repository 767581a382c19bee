"""What others may read of the watch."""

from doudi.watch.models import Alert, AlertHit, Lead

__all__ = ["Alert", "AlertHit", "Lead"]
