import pytest

from tests.support.at_stripe import AtStripe
from tests.support.sandbox_process import SECRET_KEY, running_sandbox


@pytest.fixture(scope="module")
def sandbox():
    with running_sandbox() as running:
        yield running


@pytest.fixture
def at_stripe(sandbox, settings):
    """The sandbox, empty, as the Stripe of our settings."""
    settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = sandbox.base_url, SECRET_KEY
    sandbox.reset()
    return AtStripe(sandbox)
