import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    """The API base of a sandbox of the judges' own, empty at the start and on a port of its own choice."""
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        assert "http://127.0.0.1:" in line, f"the sandbox did not start: {line!r}"
        yield "http://127.0.0.1:" + line.split("http://127.0.0.1:")[1].split()[0]
        process.terminate()
