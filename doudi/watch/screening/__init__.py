"""All indicators over Parquet files, without a database (docs/screen.md)."""

from doudi.watch.screening.rounds import Round, month_by_month
from doudi.watch.screening.screen import Screened, screen

__all__ = ["Round", "Screened", "month_by_month", "screen"]
