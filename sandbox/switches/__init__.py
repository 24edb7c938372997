"""One module for each family of switches; importing them registers their handlers."""

from sandbox.switches import (
    clock,
    dashboard,
    debits,
    deliveries,
    disputes,
    dunning,
    faults,
    history,
    payouts,
    refunds,
    reset,
    settlement,
)

__all__ = [
    "clock",
    "dashboard",
    "debits",
    "deliveries",
    "disputes",
    "dunning",
    "faults",
    "history",
    "payouts",
    "refunds",
    "reset",
    "settlement",
]
