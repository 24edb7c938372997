"""Faults of the API: what befalls a request before or after its work is done."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from math import inf
from random import Random
from typing import Any

from sandbox.errors import ApiError, ParameterError, RateLimitError
from sandbox.faults.keys import grown
from sandbox.http import HangUp
from sandbox.idempotency import Answer
from sandbox.spec.parameters import checked
from sandbox.types import Json

BEFORE = ("500_before", "timeout_before", "reset_before", "429", "slow")
AFTER = ("500_after", "timeout_after", "reset_after")
USUAL_SECONDS = {"slow": 1.0, "timeout_before": 30.0, "timeout_after": 30.0}
SCHEMA: Json = {
    "type": "object",
    "properties": {
        "method": {"type": "string"},
        "path": {"type": "string"},
        "fault": {"enum": [*BEFORE, *AFTER]},
        "seconds": {"type": "number"},
        "times": {"type": "integer"},
        "share": {"type": "number"},
        "seed": {"type": "integer"},
        "unknown_keys": {"type": "boolean"},
    },
    "required": ["path"],
}


@dataclass(frozen=True)
class Strike:
    """What befalls one request. The default is nothing."""

    fault: str = ""
    seconds: float = 0.0
    keys: Random | None = None

    def around(self, perform: Callable[[], Answer]) -> Answer:
        """Do the work, or not, and return the answer that the client hears; raise if it hears none of it."""
        if self.fault in BEFORE:
            self._befall()
        try:
            answer = perform()
        finally:
            if self.fault in AFTER:
                self._befall()
        return replace(answer, body=self._grown(answer.body)) if self.keys else answer

    def _befall(self) -> None:
        time.sleep(self.seconds)
        kind = self.fault.partition("_")[0]
        if kind == "500":
            raise ApiError("An error occurred with our connection to your bank. (A fault on request.)")
        if kind == "429":
            raise RateLimitError("Too many requests. (A fault on request.)", code="rate_limit")
        if kind != "slow":
            raise HangUp(is_reset=kind == "reset")

    def _grown(self, body: str) -> str:
        return json.dumps(grown(json.loads(body), self.keys or Random()))  # noqa: S311


class Rule:
    """One fault with the requests that it strikes and how often it has."""

    def __init__(self, wanted: Any) -> None:
        self.wanted = _checked(wanted)
        self._met = self.struck = 0

    def strike(self, method: str, path: str) -> Strike | None:
        """Return what befalls this request by this rule; None if nothing does."""
        wanted = self.wanted
        if not (fnmatchcase(method, wanted.get("method", "*")) and fnmatchcase(path, wanted["path"])):
            return None
        dice = Random(f"{wanted.get('seed', 0)}/{self._met}")  # noqa: S311
        self._met += 1
        if self.struck >= wanted.get("times", inf) or dice.random() >= wanted.get("share", 1):
            return None
        self.struck += 1
        fault = wanted.get("fault", "")
        seconds = wanted.get("seconds", USUAL_SECONDS.get(fault, 0.0))
        return Strike(fault, seconds, dice if wanted.get("unknown_keys") else None)


class ApiFaults:
    """The rules that are set; of those that a request meets the first to strike counts."""

    def __init__(self, wanted: list[Any] | None = None) -> None:
        self._rules = [Rule(one) for one in wanted or []]
        self._lock = threading.Lock()

    def strike(self, method: str, path: str) -> Strike:
        """Return what befalls this request."""
        with self._lock:
            strikes = (rule.strike(method, path) for rule in self._rules)
            return next((strike for strike in strikes if strike), Strike())

    def told(self) -> list[Json]:
        """Return each rule and how often it has struck."""
        return [rule.wanted | {"struck": rule.struck} for rule in self._rules]


def _checked(wanted: Any) -> Json:
    rule = checked(SCHEMA, wanted)
    if not ("fault" in rule or rule.get("unknown_keys")):
        raise ParameterError("Say which `fault`, or `unknown_keys`.", param="fault")
    if not 0 <= rule.get("share", 1) <= 1:
        raise ParameterError("`share` must be from 0 to 1.", param="share")
    if rule.get("seconds", 0) < 0:
        raise ParameterError("`seconds` must not be negative.", param="seconds")
    return rule
