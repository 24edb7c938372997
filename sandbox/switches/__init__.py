"""One module for each family of switches; importing them registers their handlers."""

from sandbox.switches import (
    clock,
    deliveries,
    disputes,
    faults,
    history,
    refunds,
    reset,
)

__all__ = [
    "clock",
    "deliveries",
    "disputes",
    "faults",
    "history",
    "refunds",
    "reset",
]
