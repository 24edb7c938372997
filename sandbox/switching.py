"""Which function is which switch under `/_sandbox/`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from sandbox.types import Json
from sandbox.work import Work, World

Handler = Callable[[Work, Json], Json]
"""Takes the work and the request's JSON object, returns the answer; a refusal undoes all it did."""
Steps = Callable[[World, Json], Json]
"""Takes the world instead of the work, and does what lasts long in as many units of work as it wants."""


@dataclass(frozen=True)
class Switch:
    """A handler, and whether it does its work in steps."""

    handler: Handler | Steps
    in_steps: bool = False

    def run(self, world: World, body: Json) -> Json:
        if self.in_steps:
            return cast(Steps, self.handler)(world, body)
        with world.transaction() as work:
            return cast(Handler, self.handler)(work, body)


Handled = TypeVar("Handled", Handler, Steps)

SWITCHES: dict[tuple[str, str], Switch] = {}


def switch(method: str, name: str, *, in_steps: bool = False) -> Callable[[Handled], Handled]:
    """Register a handler for e.g. ("POST", "history"), which is `POST /_sandbox/history`."""

    def register(handler: Handled) -> Handled:
        SWITCHES[method, name] = Switch(handler, in_steps)
        return handler

    return register
