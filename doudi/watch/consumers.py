"""What this package does when others upstream, or its own scans, tell it something."""

from doudi.base.access import Actor
from doudi.base.handoff import consumes
from doudi.exchange.queries import Consequence, tells_consequences
from doudi.exchange.topics import DELIVERY_WITHDRAWN, FACTS_CHANGED
from doudi.watch.alike import find_alike
from doudi.watch.queries import alerts_of_delivery
from doudi.watch.register import ask_refresh, refresh
from doudi.watch.scan import scan
from doudi.watch.states import alert_subject
from doudi.watch.suspensions import suspend_share
from doudi.watch.topics import DEATH_SUSPECTED, REGISTER_DUE
from doudi.watch.vanished import ask_about_vanished
from doudi.watch.withdrawals import withdraw_grounds


@consumes(FACTS_CHANGED)
def scan_delivery(delivery_id: int, place: str, period: str) -> None:
    """Look at the people of whom a delivery told something; again changes nothing.

    The register follows once the month's waiting deliveries are through.
    """
    scan(place, period, by=Actor.system(place), delivery_id=delivery_id)
    ask_refresh(place, period, by=Actor.system(place))


@consumes(FACTS_CHANGED)
def look_for_the_vanished(delivery_id: int, place: str, period: str) -> None:
    """Ask about people whom the new list no longer names; again asks nothing more."""
    ask_about_vanished(delivery_id, by=Actor.system(place))


@consumes(DELIVERY_WITHDRAWN)
def take_back(delivery_id: int, place: str, period: str) -> None:
    """Close what rested on a withdrawn delivery alone; again finds nothing more."""
    withdraw_grounds(delivery_id, by=Actor.system(place))


@consumes(DEATH_SUSPECTED)
def suspend_the_share(person_id: int, household_id: int) -> None:
    """Suspend a dead member's share until somebody has checked; the same fact suspends once."""
    suspend_share(person_id, household_id, by=Actor.system())


@consumes(REGISTER_DUE)
def refresh_register(place: str, period: str) -> None:
    """Bring the register in line with the month's facts, and look for awards too much alike (M14).

    Again changes nothing.
    """
    refresh(place, period, by=Actor.system(place))
    find_alike(place, period, by=Actor.system(place))


@tells_consequences
def alerts_that_rest_on(delivery_id: int) -> list[Consequence]:
    """Alerts raised because of a delivery: whoever withdraws it reads them first."""
    return [
        Consequence(alert_subject(alert.pk), f"预警：{alert.person.name}（{alert.state}）")
        for alert in alerts_of_delivery(delivery_id)
    ]
