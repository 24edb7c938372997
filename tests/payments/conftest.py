import pytest

from members.joining import start_signup
from payments import events
from tests.factories.members import PlanFactory
from tests.support.at_stripe import AtStripe
from tests.support.sandbox_process import SECRET_KEY, running_sandbox
from tests.support.stripe_side import StripeSide


@pytest.fixture
def side():
    return StripeSide(start_signup(plan=PlanFactory(), amount=1000, email="ada@example.org").checkout)


@pytest.fixture
def answers(monkeypatch):
    """What Stripe answers when the object of an event is read: an exception, None, or a snapshot, by id."""
    known = {}

    def read(object_id):
        answer = known[object_id]
        if isinstance(answer, Exception):
            raise answer
        return answer

    for kind in events._READERS:
        monkeypatch.setitem(events._READERS, kind, read)
    return known


@pytest.fixture(scope="session")
def story_sandbox():
    with running_sandbox() as running:
        yield running


@pytest.fixture
def at_stripe(story_sandbox, settings):
    """The sandbox, empty, as the Stripe of our settings."""
    settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = story_sandbox.base_url, SECRET_KEY
    story_sandbox.reset()
    return AtStripe(story_sandbox)
