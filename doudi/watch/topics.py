"""What this package tells those downstream."""

from doudi.base.handoff import topic

ALERTS_RAISED = topic("alerts.raised", "scan_id", "place")
DEATH_SUSPECTED = topic("death.suspected", "person_id", "household_id")
