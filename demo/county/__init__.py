"""The made-up county: 清水县 on its real divisions, with people who do not exist."""

from demo.county.county import County, generate
from demo.county.model import (
    AccountSeed,
    AwardSeed,
    FactSeed,
    HouseholdSeed,
    PersonSeed,
    Story,
)

__all__ = [
    "AccountSeed",
    "AwardSeed",
    "County",
    "FactSeed",
    "HouseholdSeed",
    "PersonSeed",
    "Story",
    "generate",
]
