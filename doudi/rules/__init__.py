"""The law as code: ask with `determine`, get outcomes in fen with every reason."""

from doudi.rules.api import Replay, determine, determine_many, replay
from doudi.rules.county import read_county
from doudi.rules.determination import Determination, Outcome, Step, WhyLine
from doudi.rules.errors import (
    CountyRefused,
    FactRefused,
    MonthsRefused,
    NoLawInForce,
    OnlySupposed,
    OverlayRefused,
    PlaceRefused,
    RuleRefused,
)
from doudi.rules.facts import HouseholdFacts, ObligorFacts, PersonFacts
from doudi.rules.fragment import Html, account, fragment
from doudi.rules.history import Change, History
from doudi.rules.missing import Want
from doudi.rules.months import MonthFound, month_by_month
from doudi.rules.onepass import Assessment, Exclusion, Referral, assess
from doudi.rules.reassess import MonthByMonth, MonthLine, reassess
from doudi.rules.schema import Input, inputs
from doudi.rules.tables import Overlay, ParameterValue
from doudi.rules.turning import Turn, turning_points
from doudi.rules.version import rules_version

__all__ = [
    "Assessment",
    "Change",
    "CountyRefused",
    "Determination",
    "Exclusion",
    "FactRefused",
    "History",
    "HouseholdFacts",
    "Html",
    "Input",
    "MonthByMonth",
    "MonthFound",
    "MonthLine",
    "MonthsRefused",
    "NoLawInForce",
    "ObligorFacts",
    "OnlySupposed",
    "Outcome",
    "Overlay",
    "OverlayRefused",
    "ParameterValue",
    "PersonFacts",
    "PlaceRefused",
    "Referral",
    "Replay",
    "RuleRefused",
    "Step",
    "Turn",
    "Want",
    "WhyLine",
    "account",
    "assess",
    "determine",
    "determine_many",
    "fragment",
    "inputs",
    "month_by_month",
    "read_county",
    "reassess",
    "replay",
    "rules_version",
    "turning_points",
]
