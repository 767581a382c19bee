"""What this package tells those downstream."""

from doudi.base.handoff import topic

AWARD_CHANGED = topic("award.changed", "award_id", "place")
