"""Fixtures for the sandbox's own tests; none of them needs Django."""

import pytest

from tests.sandbox.builders import instant
from tests.sandbox.receiver import Receiver
from tests.support.sandbox_process import running_sandbox


@pytest.fixture(scope="session")
def sandbox():
    """One sandbox in memory for the whole run. Tests share it, so they count only what they made."""
    with running_sandbox() as process:
        yield process


@pytest.fixture
def own_sandbox():
    """A sandbox that nobody else uses."""
    with running_sandbox() as process:
        yield process


@pytest.fixture
def in_2030(own_sandbox):
    """A sandbox of one's own in which it is noon on 31 January 2030."""
    own_sandbox.switch("clock", {"to": instant(2030, 1, 31)})
    return own_sandbox


@pytest.fixture
def client(sandbox):
    return sandbox.client().v1


@pytest.fixture
def receiver():
    with Receiver() as listening:
        yield listening
