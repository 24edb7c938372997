import pytest

from members.selling.joining import start_signup
from payments import events
from tests.factories.members import PlanFactory
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
