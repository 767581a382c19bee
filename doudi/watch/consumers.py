"""What this package does when others upstream tell it something."""

from doudi.base.access import Actor
from doudi.base.handoff import consumes
from doudi.exchange.queries import Consequence, tells_consequences
from doudi.exchange.topics import FACTS_CHANGED
from doudi.watch.queries import alerts_of_delivery
from doudi.watch.scan import scan
from doudi.watch.states import alert_subject


@consumes(FACTS_CHANGED)
def scan_delivery(delivery_id: int, place: str, period: str) -> None:
    """Look at the people of whom a delivery told something; again changes nothing."""
    scan(place, period, by=Actor.system(place), delivery_id=delivery_id)


@tells_consequences
def alerts_that_rest_on(delivery_id: int) -> list[Consequence]:
    """Alerts raised because of a delivery: whoever withdraws it reads them first."""
    return [
        Consequence(alert_subject(alert.pk), f"预警：{alert.person.name}（{alert.state}）")
        for alert in alerts_of_delivery(delivery_id)
    ]
