"""One module for each family of switches; importing them registers their handlers."""

from sandbox.switches import (
    deliveries,
    history,
    reset,
)

__all__ = [
    "deliveries",
    "history",
    "reset",
]
