import os
import platform
from datetime import UTC, datetime
from pathlib import Path


def machine() -> str:
    """What the figures were measured on, and when: they mean nothing without."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    release = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    load = Path("/proc/loadavg").read_text().split()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory:.0f} GiB, {release}, "
        f"Python {platform.python_version()}, load average {load} at the end"
    )
