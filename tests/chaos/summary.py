"""A run's report in one line, for people."""

from collections import Counter
from typing import Any

from tests.chaos.books import Fault


def summary(told: dict[str, Any]) -> str:
    """`told`: the report, read from its JSON."""
    faults = Counter(finding["fault"] for finding in told["findings"])
    parts = {
        "events": told["events"],
        "posts taken": told["posted"],
        "refused": told["refused"],
        "killed": _counts(told["killed"]),
        "died at a point": _counts(told["died"]),
        "ended by themselves": _counts(told["ended"]),
        "crashed": _counts(told["crashed"]),
        **told["figures"],
        "seconds": f"{sum(told['seconds'].values()):.0f} ({_counts(told['seconds'])})",
        "healed": " ".join(told["healed"]) or "nothing",
        "check_books": len(told["checked"]),
        "verdict": ", ".join(f"{faults[fault]} {fault}" for fault in Fault),
    }
    return f"seed {told['seed']}: " + "; ".join(f"{name}: {figure}" for name, figure in parts.items())


def _counts(counts: dict[str, float]) -> str:
    return ", ".join(f"{name} {count:g}" for name, count in counts.items()) or "none"
