"""What this package does when others upstream tell it something."""

from doudi.base.access import Actor
from doudi.base.handoff import consumes
from doudi.exchange.topics import FACTS_CHANGED
from doudi.watch.scan import scan


@consumes(FACTS_CHANGED)
def scan_delivery(delivery_id: int, place: str, period: str) -> None:
    """Look at the people of whom a delivery told something; again changes nothing."""
    scan(place, period, by=Actor.system(place), delivery_id=delivery_id)
