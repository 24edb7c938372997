"""Which function serves which of Stripe's operations."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.spec.description import has_operation, parameter_schema
from sandbox.types import Json
from sandbox.work import Work

Handler = Callable[..., Json]
"""Takes the work, the checked parameters, then the identifiers in the path from left to right."""


@dataclass(frozen=True)
class Operation:
    """One method and path template with its handler."""

    method: str
    path: str
    handler: Handler
    is_documented: bool = True

    @property
    def placeholders(self) -> list[str]:
        """Names in the path, from left to right."""
        return re.findall(r"\{(\w+)\}", self.path)

    def parameters(self) -> Json:
        """Return the schema that judges the request's parameters."""
        return parameter_schema(self.method, self.path) if self.is_documented else {"type": "object"}

    def run(self, work: Work, params: Json, identifiers: Json) -> Json:
        return self.handler(work, params, *(identifiers[name] for name in self.placeholders))


OPERATIONS: list[Operation] = []


def operation(name: str) -> Operation:
    """Return what serves e.g. "POST /v1/customers/{customer}"."""
    return next(each for each in OPERATIONS if f"{each.method} {each.path}" == name)


def serves(operation: str, *, is_documented: bool = True) -> Callable[[Handler], Handler]:
    """Register a handler for e.g. "POST /v1/customers/{customer}"; Stripe must know it unless told otherwise."""
    method, path = operation.split()
    if is_documented and not has_operation(method, path):
        raise LookupError(f"Stripe has no {operation}")

    def register(handler: Handler) -> Handler:
        OPERATIONS.append(Operation(method, path, handler, is_documented))
        return handler

    return register
