import json
import logging
import logging.config
from io import StringIO

import pytest
import structlog

from config.logs import logging_config
from members.models import OutgoingMail
from members.outbox import mailing
from members.selling.joining import start_signup
from payments import events, inbox
from payments.gateway.facts import GatewayError
from tests.factories.members import PlanFactory
from tests.support.events import event_body, post_event, sign
from tests.support.stories import give, join, redeem
from tests.support.stripe_side import StripeSide

pytestmark = pytest.mark.django_db

CANARY = "canary.reader@example.org"


@pytest.fixture
def logged():
    """Everything that is logged from here on, as it is written to stderr in production, at the finest level."""
    out = StringIO()
    config = logging_config(level="DEBUG", pretty=False)
    config["handlers"]["stderr"]["stream"] = out
    config["loggers"] = {"stripe": {"level": "WARNING"}, "django.db.backends": {"level": "INFO"}}
    before = logging.root.handlers[:], logging.root.level
    logging.config.dictConfig(config)
    yield out
    logging.root.handlers, logging.root.level = before


def lines(logged):
    return [json.loads(line) for line in logged.getvalue().splitlines()]


def test_a_reader_is_never_named_in_the_log(client, logged, stripe_page, monkeypatch):
    plan = PlanFactory()
    client.post("/join/", {"interval": "month", "amount_month": "1500", "email": CANARY})
    client.post("/accounts/login/", {"email": CANARY})
    client.post("/join/", {"interval": "month", "amount_month": "1", "email": CANARY})
    join(CANARY, plan=plan)
    redeem(give(CANARY), CANARY)
    mailing.drain()
    assert CANARY not in logged.getvalue()


def test_failures_name_no_reader_either(client, logged, monkeypatch):
    misfit = StripeSide(start_signup(plan=PlanFactory(), amount=1000, email=CANARY).checkout)
    object.__setattr__(misfit.checkout, "amount", 999)
    answers = {"cs_misfit": lambda: misfit.session(), "cs_broken": lambda: 1 / 0}
    monkeypatch.setitem(events._READERS, "checkout.session.completed", lambda found: answers[found]())
    for object_id in answers:
        body = event_body(object_id=object_id, customer_email=CANARY)
        inbox.process(inbox.receive(body, sign(body)))
    join("another@example.org")
    OutgoingMail.objects.update(recipient=CANARY)
    monkeypatch.setattr("members.outbox.mailing._deliver", lambda mail: 1 / 0)
    mailing.drain()
    post_event(client, event_body(customer_email=CANARY), signature="t=1,v1=00")
    logged_events = {line.get("event") for line in lines(logged)}
    assert logged_events >= {"alarm", "stripe_event_failed", "mail_failed"}
    assert CANARY not in logged.getvalue()


def test_failed_event_is_logged_with_what_a_person_needs(logged, monkeypatch):
    def fail(object_id):
        raise GatewayError("no such session")

    monkeypatch.setitem(events._READERS, "checkout.session.completed", fail)
    body = event_body(event_id="evt_1")
    inbox.process(inbox.receive(body, sign(body)))
    (line,) = [line for line in lines(logged) if line["event"] == "stripe_event_failed"]
    assert (line["level"], line["event_id"], line["type"], line["attempts"], line["is_parked"]) == (
        "error",
        "evt_1",
        "checkout.session.completed",
        1,
        False,
    )
    assert "GatewayError: no such session" in line["exception"]
    assert line["timestamp"].endswith("Z")


def test_each_line_is_json_wherever_it_comes_from(logged):
    logging.getLogger("some.library").warning("says %s", "this")
    structlog.get_logger("ours").info("did", it=1)
    found = lines(logged)
    assert [(line["event"], line["level"], line["logger"]) for line in found] == [
        ("says this", "warning", "some.library"),
        ("did", "info", "ours"),
    ]


def test_stripes_sdk_does_not_log_what_it_sends():
    """At INFO it writes each request's parameters, with readers' addresses in them."""
    config = logging_config(level="DEBUG", pretty=False)
    assert config["loggers"]["stripe"] == {"level": "WARNING"}
