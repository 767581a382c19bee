"""What exchange tells those downstream."""

from doudi.base.handoff import topic

DELIVERY_RECEIVED = topic("delivery.received", "delivery_id")
FACTS_CHANGED = topic("facts.changed", "delivery_id", "place", "period")
DELIVERY_WITHDRAWN = topic("delivery.withdrawn", "delivery_id", "place", "period")
DUPLICATES_ASKED = topic("duplicates.asked", "place")
