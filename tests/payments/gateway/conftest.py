import pytest

from tests.support.sandbox_process import SECRET_KEY, running_sandbox


@pytest.fixture(scope="session")
def sandbox():
    """A real sandbox, which the real SDK asks over HTTP. Tests share it, so they look only at what they made."""
    with running_sandbox() as process:
        yield process


@pytest.fixture
def stripe_api(settings, sandbox):
    """The SDK's own client for the sandbox: the second opinion on what our gateway reads there."""
    settings.STRIPE_API_BASE = sandbox.base_url
    settings.STRIPE_SECRET_KEY = SECRET_KEY
    return sandbox.client().v1
