"""One module for each family of switches; importing them registers their handlers."""

from sandbox.switches import (
    clock,
    deliveries,
    history,
    reset,
)

__all__ = [
    "clock",
    "deliveries",
    "history",
    "reset",
]
