"""The reverse checks (退出比对) M01–M16 and which indicator carries each; M14 is of a village."""

from __future__ import annotations

from types import MappingProxyType

# Those that are an indicator of R26–R29 already are not counted a second time under their own code.
CARRIED_BY = MappingProxyType(
    {
        "M01": "R26",
        "M02": "M02",
        "M03": "R27",
        "M04": "M04",
        "M05": "R27",
        "M06": "M06",
        "M07": "R28",
        "M08": "R28",
        "M09": "M09",
        "M10": "R29",
        "M11": "M11",
        "M12": "M12",
        "M13": "M13",
        "M15": "M15",
        "M16": "M16",
    }
)
# Of many decisions together, not of one household: ``watch.alike`` asks for a sample.
OF_MANY = ("M14",)
