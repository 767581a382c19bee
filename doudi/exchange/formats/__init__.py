"""Every file that a department sends us, one declaration a module; nothing here knows Django."""

from doudi.exchange.formats import (
    admission,
    cremation,
    death,
    disability,
    enterprise,
    jobless,
    medical,
    monitored,
    pension,
    school_aid,
    vehicle,
)
from doudi.exchange.formats.declaring import Column, FactLine, Format

FORMATS: dict[str, Format] = {
    module.FORMAT.code: module.FORMAT
    for module in (
        medical,
        disability,
        pension,
        jobless,
        death,
        vehicle,
        cremation,
        school_aid,
        admission,
        monitored,
        enterprise,
    )
}

__all__ = ["FORMATS", "Column", "FactLine", "Format"]
