"""The working-day calendar in force: rows of the database, seeded from published years."""

from datetime import date

import chinese_calendar
from chinese_calendar import constants

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.base.models import OfficialYear, WorkdayException
from doudi.kernel.workdays import Calendar

SOURCE = "国务院办公厅节假日安排通知（chinesecalendar {version} 收录）"


@action("calendar.load", needs="calendar.load")
def load_official_years(*, by: Actor) -> int:
    """Load every year that the library knows; returns how many years are new."""
    source = SOURCE.format(version=getattr(chinese_calendar, "__version__", ""))
    known = set(OfficialYear.objects.values_list("year", flat=True))
    days = {day: False for day in constants.holidays if day.weekday() < 5}
    days |= {day: True for day in constants.workdays if day.weekday() >= 5}
    years = sorted({day.year for day in constants.holidays} - known)
    WorkdayException.objects.bulk_create(
        WorkdayException(day=day, is_workday=works, source=source)
        for day, works in sorted(days.items())
        if day.year in years
    )
    OfficialYear.objects.bulk_create(OfficialYear(year=year, source=source) for year in years)
    return len(years)


def calendar() -> Calendar:
    """The calendar to compute deadlines with; years without a notice are provisional."""
    days: dict[date, bool] = dict(WorkdayException.objects.values_list("day", "is_workday"))
    return Calendar(days, frozenset(OfficialYear.objects.values_list("year", flat=True)))
