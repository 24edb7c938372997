"""Which function is which switch under `/_sandbox/`."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.types import Json
from sandbox.work import Work

Handler = Callable[[Work, Json], Json]
"""Takes the work and the request's JSON object, returns the answer; a refusal undoes all it did."""


@dataclass(frozen=True)
class Switch:
    """A handler; a silent one's events are listed, but no webhook tells of them."""

    run: Handler
    is_silent: bool = False


SWITCHES: dict[tuple[str, str], Switch] = {}


def switch(method: str, name: str, *, is_silent: bool = False) -> Callable[[Handler], Handler]:
    """Register a handler for e.g. ("POST", "history"), which is `POST /_sandbox/history`."""

    def register(handler: Handler) -> Handler:
        SWITCHES[method, name] = Switch(handler, is_silent)
        return handler

    return register
