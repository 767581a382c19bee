"""One example of every action of places: prepare a world, then answer a call that performs it."""

from collections.abc import Callable

from doudi.base.access import Actor
from doudi.places.loading import load_divisions

# One township: the file is read whole, little of it is written.
WITHIN = "620521100"

EXAMPLES: dict[str, Callable[[], Callable[[], object]]] = {
    "place.load": lambda: lambda: load_divisions(by=Actor.system(), within=WITHIN),
}
