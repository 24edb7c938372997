"""Keys that nobody knows yet: Stripe adds some to its objects any day, and calls that compatible."""

from random import Random
from typing import Any

# Their keys are data: a new one would be another fact, not another field.
MAPS = frozenset(["metadata", "currency_options"])
VALUES: tuple[Any, ...] = (None, True, 0, 2**53, "", "new", [], ["new"], {}, {"object": "list", "data": []})


def grown(thing: Any, dice: Random) -> Any:
    """Return a copy of some JSON with one more key at every level."""
    if isinstance(thing, list):
        return [grown(one, dice) for one in thing]
    if not isinstance(thing, dict):
        return thing
    copy = {name: one if name in MAPS else grown(one, dice) for name, one in thing.items()}
    return copy | {f"unheard_of_{dice.getrandbits(32):08x}": dice.choice(VALUES)}
