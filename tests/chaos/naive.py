"""The twin that must fail: it looks before it writes, trusts what it is sent, says yes first, and never asks Stripe.

Nothing of it is far-fetched: each habit is one that a guide for beginners shows.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import psycopg
import redis
from celery import Celery
from django.core.management import call_command
from stripe import SignatureVerificationError, WebhookSignature

from tests.chaos.books import Books
from tests.chaos.fleet import Fleet
from tests.chaos.site import look

Object = dict[str, Any]
Database = psycopg.Connection
BROKER = os.environ["CELERY_BROKER_URL"]
TABLES = """
CREATE TABLE naive_fact (kind text, subject text, amount bigint, currency text);
CREATE TABLE naive_state (subject text, state text);
"""
QUEUE = "naive"

app = Celery("naive", broker=BROKER, set_as_current=False)
app.conf.update(
    task_default_queue=QUEUE,
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    beat_scheduler="celery.beat:Scheduler",  # keeps no file
)


def application(environ: Object, start_response: Callable[..., Any]) -> list[bytes]:
    """The webhook: a genuine event is given to a worker, and Stripe is told that all is well."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    try:
        signature = environ["HTTP_STRIPE_SIGNATURE"]
        WebhookSignature.verify_header(body, signature, os.environ["STRIPE_WEBHOOK_SECRET"], 300)
    except SignatureVerificationError:
        start_response("400 Bad Request", [])
        return []
    handle.delay(json.loads(body))
    start_response("200 OK", [])
    return []


@app.task
def handle(event: Object) -> None:
    handler = HANDLERS.get(event["type"])
    if handler:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
            handler(database, event["data"]["object"])


def charge_succeeded(database: Database, charge: Object) -> None:
    fee = int(charge["amount"] * 0.029 + 0.5) + 30
    if _is_new(database, "payment", charge["id"], charge["amount"] - fee, charge["currency"]):
        _is_new(database, "outcome", charge["id"], charge["amount"])
        _set(database, charge["id"], "held, access")


def charge_refunded(database: Database, charge: Object) -> None:
    if charge["refunded"]:
        _set(database, charge["id"], "returned, no access")


def refund_created(database: Database, refund: Object) -> None:
    _set(database, refund["id"], refund["status"])
    _is_new(database, "refund", refund["id"], -refund["amount"], refund["currency"])


def refund_failed(database: Database, refund: Object) -> None:
    _set(database, refund["id"], "failed")
    _set(database, refund["charge"], "held, access")
    _is_new(database, "refund failed", refund["id"], refund["amount"], refund["currency"])


def session_completed(database: Database, session: Object) -> None:
    _set(database, session["client_reference_id"], "paid")
    if session["customer"]:
        _set(database, session["customer"], "there")
    is_news = session["created"] > time.time() - 24 * 60 * 60
    if is_news and _is_new(database, "greeted", session["id"]):
        database.execute("INSERT INTO naive_fact VALUES ('mail', %s, 0, '')", (session["customer_email"],))


def session_expired(database: Database, session: Object) -> None:
    _set(database, session["client_reference_id"], "expired")


def subscription_changed(database: Database, subscription: Object) -> None:
    ends = max(item["current_period_end"] for item in subscription["items"]["data"])
    is_ending = subscription["cancel_at_period_end"] or subscription["status"] == "canceled"
    _set(database, subscription["id"], f"{subscription['status']}, ends {ends}{', for good' * is_ending}")


def customer_deleted(database: Database, customer: Object) -> None:
    _set(database, customer["id"], "deleted")


def dispute_changed(database: Database, dispute: Object) -> None:
    _set(database, dispute["id"], dispute["status"])
    for moved in dispute["balance_transactions"]:
        _is_new(database, "moved", moved["id"], moved["net"], moved["currency"])
    if dispute["status"] == "lost":
        is_all = _amount(database, "outcome", dispute["charge"]) == dispute["amount"]
        _set(database, dispute["charge"], "returned, no access" if is_all else "held, access")
    elif not dispute["status"].startswith("warning_"):
        _set(database, dispute["charge"], f"{'held' if dispute['status'] == 'won' else 'frozen'}, access")


def payout_changed(database: Database, payout: Object) -> None:
    _set(database, payout["id"], payout["status"])
    _is_new(database, "payout", payout["id"], -payout["amount"], payout["currency"])


def payout_failed(database: Database, payout: Object) -> None:
    _set(database, payout["id"], payout["status"])
    _is_new(database, "payout failed", payout["id"], payout["amount"], payout["currency"])


HANDLERS: dict[str, Callable[[Database, Object], None]] = {
    "charge.succeeded": charge_succeeded,
    "charge.refunded": charge_refunded,
    "checkout.session.completed": session_completed,
    "checkout.session.expired": session_expired,
    "customer.subscription.created": subscription_changed,
    "customer.subscription.updated": subscription_changed,
    "customer.subscription.deleted": subscription_changed,
    "customer.deleted": customer_deleted,
    "refund.created": refund_created,
    "refund.failed": refund_failed,
    "charge.dispute.created": dispute_changed,
    "charge.dispute.updated": dispute_changed,
    "charge.dispute.funds_reinstated": dispute_changed,
    "charge.dispute.closed": dispute_changed,
    "payout.created": payout_changed,
    "payout.updated": payout_changed,
    "payout.paid": payout_changed,
    "payout.failed": payout_failed,
}


def _is_new(database: Database, kind: str, subject: str, amount: int = 0, currency: str = "") -> bool:
    """Looks whether the fact is there, and only then writes it: between the two there is room for another."""
    there = database.execute("SELECT 1 FROM naive_fact WHERE kind = %s AND subject = %s", (kind, subject))
    if there.fetchone():
        return False
    database.execute(
        "INSERT INTO naive_fact VALUES (%s, %s, %s, %s)", (kind, subject, amount, currency.upper())
    )
    return True


def _amount(database: Database, kind: str, subject: str) -> int | None:
    found = database.execute(
        "SELECT amount FROM naive_fact WHERE kind = %s AND subject = %s", (kind, subject)
    )
    row = found.fetchone()
    return row[0] if row else None


def _set(database: Database, subject: str, state: str) -> None:
    changed = database.execute("UPDATE naive_state SET state = %s WHERE subject = %s", (state, subject))
    if not changed.rowcount:
        database.execute("INSERT INTO naive_state VALUES (%s, %s)", (subject, state))


class NaiveSite:
    wsgi = "tests.chaos.naive"
    celery = "tests.chaos.naive"
    points = ()
    is_simple = True

    def __init__(self) -> None:
        self.redeemed: list[str] = []

    def set_up(self) -> None:
        call_command("migrate", verbosity=0)  # what people buy is still ours
        with self._database() as database:
            database.execute(TABLES)

    def take(self, events: list[Object]) -> None:
        for event in events:
            handle(event)

    def readers(self) -> AbstractContextManager[None]:
        return nullcontext()

    def done(self) -> int:
        """It keeps no count; what it wrote down stands for that."""
        with self._database() as database:
            return database.execute("SELECT count(*) FROM naive_fact").fetchone()[0]

    def drain(self, seconds: float) -> None:
        look(_is_nothing_queued, seconds)

    def heal(self, fleet: Fleet) -> list[str]:
        return []

    def books(self) -> Books:
        with self._database() as database:
            facts = list(database.execute("SELECT kind, subject FROM naive_fact"))
            sums = database.execute(
                "SELECT currency, sum(amount)::bigint FROM naive_fact WHERE currency <> '' GROUP BY currency"
            )
            return Books(
                balance=dict(sums.fetchall()),
                payments=Counter(_of("payment", facts)),
                outcomes=Counter(_of("outcome", facts)),
                mails=Counter(_of("mail", facts)),
                states=dict(database.execute("SELECT subject, state FROM naive_state").fetchall()),
            )

    def checked(self) -> list[str]:
        return []

    def figures(self) -> dict[str, int]:
        return {}

    def _database(self) -> Database:
        return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def _is_nothing_queued() -> bool:
    try:
        return not redis.Redis.from_url(BROKER).llen(QUEUE)
    except redis.RedisError:
        return False


def _of(kind: str, facts: list[tuple[str, str]]) -> Iterator[str]:
    return (subject for each, subject in facts if each == kind)
