"""What this package tells those downstream, and itself later."""

from doudi.base.handoff import topic

ALERTS_RAISED = topic("alerts.raised", "scan_id", "place")
DEATH_SUSPECTED = topic("death.suspected", "person_id", "household_id")
REGISTER_DUE = topic("register.due", "place", "period")
