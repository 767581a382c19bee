"""The law as code: ask with `determine`, get outcomes in fen with every reason."""

from doudi.rules.api import Replay, determine, determine_many, replay
from doudi.rules.determination import Determination, Outcome, Step, WhyLine
from doudi.rules.errors import FactRefused, NoLawInForce, OverlayRefused, PlaceRefused, RuleRefused
from doudi.rules.facts import HouseholdFacts, ObligorFacts, PersonFacts
from doudi.rules.missing import Want
from doudi.rules.onepass import Assessment, Exclusion, Referral, assess
from doudi.rules.schema import Input, inputs
from doudi.rules.tables import Overlay, ParameterValue
from doudi.rules.turning import Turn, turning_points
from doudi.rules.version import rules_version

__all__ = [
    "Assessment",
    "Determination",
    "Exclusion",
    "FactRefused",
    "HouseholdFacts",
    "Input",
    "NoLawInForce",
    "ObligorFacts",
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
    "assess",
    "determine",
    "determine_many",
    "inputs",
    "replay",
    "rules_version",
    "turning_points",
]
