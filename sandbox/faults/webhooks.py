"""Faults of webhooks: what becomes of each event on its way to each endpoint, cast when it is queued."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from random import Random

from sandbox.errors import ParameterError
from sandbox.faults.damage import DAMAGES
from sandbox.spec.parameters import checked
from sandbox.types import Json

SHARES = ("never_generated", "drop", "duplicate", "twice_at_once", "corrupt", "unknown_keys")
SCHEMA: Json = {
    "type": "object",
    "properties": {name: {"type": "number"} for name in SHARES}
    | {name: {"type": "integer"} for name in ("seed", "shuffle", "parallel")}
    | {"delay": {"type": "array", "items": {"type": "number"}}},
}
USUALLY_IN_PARALLEL, MOST_IN_PARALLEL = 4, 32


@dataclass(frozen=True)
class Letter:
    """One delivery of an event: after how many seconds, up to how many places late, and what befalls it.

    `faults` names what struck: drop, duplicate and twice_at_once (true), corrupt (which damage), unknown_keys (a seed).
    """

    delay: float = 0.0
    lateness: float = 0.0
    faults: Json = field(default_factory=dict)


class WebhookFaults:
    """The faults that are set, and how often each has struck. Used inside a store transaction only."""

    def __init__(self, wanted: Json | None = None) -> None:
        self.wanted = _checked(wanted or {})
        self.struck: Counter[str] = Counter()
        self._numbers = count()
        self._dice = Random()  # noqa: S311 - chance without secrets

    @property
    def parallel(self) -> int:
        """Tell how many deliveries to one endpoint may be under way at once."""
        usual = USUALLY_IN_PARALLEL if self.wanted.get("shuffle") else 1
        return int(self.wanted.get("parallel", usual))

    def lets_happen(self) -> bool:
        """Turn to the next event; tell whether it comes to be at all."""
        if not self.wanted:
            return True
        self._dice = Random(f"{self.wanted.get('seed', 0)}/{next(self._numbers)}")  # noqa: S311
        is_lost = self._falls("never_generated")
        self.struck["never_generated"] += is_lost
        return not is_lost

    def letters(self) -> list[Letter]:
        """Cast what becomes of the event at one more endpoint."""
        if not self.wanted:
            return [Letter()]
        # Every die is cast whatever the others say, so that one share can be changed and the rest stays as it was.
        is_dropped, is_doubled = self._falls("drop"), self._falls("duplicate")
        both = [self._letter({}), self._letter({"duplicate": True})]
        letters = [Letter(faults={"drop": True})] if is_dropped else both[: 1 + is_doubled]
        self.struck.update(name for letter in letters for name in letter.faults)
        return letters

    def told(self) -> Json:
        """Return what is set and how often each has struck."""
        return self.wanted | {"struck": {name: self.struck[name] for name in SHARES if name in self.wanted}}

    def _letter(self, faults: Json) -> Letter:
        delay = self._dice.uniform(*self.wanted.get("delay", (0, 0)))
        lateness = self._dice.uniform(0, self.wanted.get("shuffle", 0))
        details = {
            "twice_at_once": True,
            "corrupt": self._dice.choice(sorted(DAMAGES)),
            "unknown_keys": self._dice.getrandbits(32),
        }
        struck = {name: detail for name, detail in details.items() if self._falls(name)}
        return Letter(delay, lateness, faults | struck)

    def _falls(self, name: str) -> bool:
        return self._dice.random() < float(self.wanted.get(name, 0))


def _checked(wanted: Json) -> Json:
    wanted = checked(SCHEMA, wanted)
    for name in SHARES:
        if not 0 <= wanted.get(name, 0) <= 1:
            raise ParameterError(f"`{name}` must be a share from 0 to 1.", param=name)
    delay = wanted.get("delay", [0, 0])
    if len(delay) != 2 or not 0 <= delay[0] <= delay[1]:
        raise ParameterError("`delay` must be the least and the most seconds.", param="delay")
    if wanted.get("shuffle", 0) < 0:
        raise ParameterError("`shuffle` must be a number of places.", param="shuffle")
    if not 1 <= wanted.get("parallel", 1) <= MOST_IN_PARALLEL:
        raise ParameterError(f"`parallel` must be from 1 to {MOST_IN_PARALLEL}.", param="parallel")
    return wanted
