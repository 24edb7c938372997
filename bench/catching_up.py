"""A month without a word from Stripe: how long until one run of reconciliation has caught up, and the oracle agrees.

The Stripe is the sandbox over HTTP, on the same cores: what it costs is counted in, what a network costs is not.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bench.machine import machine
from bench.serving import ROOT
from scripts.servers import ServerError, Servers, install, running

if TYPE_CHECKING:
    from payments.models import Checkout

KEY = "sk_test_bench"
DAYS = 31
CHUNK = 250
READY_WORDS = "Stripe sandbox on "


def main() -> None:
    """Prints the figures of one run."""
    parser = argparse.ArgumentParser(prog="bench.catching_up", description=__doc__)
    parser.add_argument("--transactions", type=int, default=5_000)
    count = parser.parse_args().transactions
    install()
    with running(is_durable=True) as servers, _sandbox() as stripe:
        _set_up_django(servers, stripe)
        refunds = _play(stripe, count)
        print(_measure(count + refunds))
    print(f"\n{machine()}")


@contextmanager
def _sandbox() -> Iterator[str]:
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        yield line.removeprefix(READY_WORDS).split()[0]
    finally:
        process.terminate()
        process.wait()


def _set_up_django(servers: Servers, stripe: str) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": os.devnull,
        "DEBUG": "1",
        "SECRET_KEY": "bench",
        "DATABASE_URL": servers.postgres.url,
        "CELERY_BROKER_URL": f"{servers.redis.url}/1",
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": "whsec_bench",
        "STRIPE_API_BASE": stripe,
        "LOG_LEVEL": "ERROR",
    }
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    settings.DEBUG = False  # or each query would be remembered
    call_command("migrate", verbosity=0)


def _play(stripe: str, count: int) -> int:
    """Pays for `count` memberships and gifts over the days, gives some back; how many refunds."""
    chooser = random.Random(31)
    now = int(time.time())
    checkouts = _checkouts(count)
    for first in range(0, count, CHUNK):
        chunk = checkouts[first : first + CHUNK]
        body = [_as_history(each, now - chooser.randrange(60, DAYS * 86400)) for each in chunk]
        _post(f"{stripe}/_sandbox/history", {"checkouts": body})
    from payments.gateway.client import client

    charges = client().v1.charges.list({"limit": max(count // 50, 1)}).data
    for charge in charges:
        client().v1.refunds.create({"charge": charge.id, "amount": 100})
    return len(charges)


def _checkouts(count: int) -> "list[Checkout]":
    from django.utils import timezone

    from members.gifts.gifting import start_gift
    from members.models import GiftOffer, Plan, Tier
    from members.selling.joining import start_signup
    from payments.models import Checkout

    tier = Tier.objects.create(slug="friend", name="Friend")
    plan = Plan.objects.create(tier=tier, interval="year", currency="EUR", amount=6000)
    offer = GiftOffer.objects.create(tier=tier, months=12, currency="EUR", amount=6000)
    for number in range(count):
        email = f"reader{number}@example.org"
        if number % 5:
            start_signup(plan=plan, amount=plan.amount, email=email)
        else:
            start_gift(offer=offer, email=email)
    Checkout.objects.update(created_at=timezone.now() - timedelta(days=DAYS + 1))
    return list(Checkout.objects.order_by("pk"))


def _as_history(checkout: "Checkout", at: int) -> dict[str, Any]:
    from payments.gateway.opening import session_parameters

    home = "http://localhost:8000/"
    parameters = session_parameters(checkout, success_url=home, cancel_url=home)
    parameters.pop("expires_at", None)
    return {"at": at, "session": parameters}


def _post(url: str, body: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    urllib.request.urlopen(request, timeout=300).close()


def _measure(movements: int) -> str:
    from payments.checking.findings import findings
    from payments.reconciling.walking import walk

    begun, cpu = time.monotonic(), time.process_time()
    tally = walk()
    seconds, ours = time.monotonic() - begun, time.process_time() - cpu
    if tally is None or tally.failed:
        sys.exit(f"The walk failed: {tally}")
    again = time.monotonic()
    walk()
    again = time.monotonic() - again
    checked = time.monotonic()
    found = list(findings(is_offline=False))
    checked = time.monotonic() - checked
    if found:
        sys.exit(f"The books are not right: {found[:5]}")
    minutes = seconds / 60 * 100_000 / movements
    return "\n".join(
        [
            f"{movements:,} movements in {DAYS} days, none of them heard of: caught up in {seconds:.1f} s",
            f"{minutes:.1f} minutes per 100,000 ({1000 * ours / movements:.1f} ms of our processor time for each)",
            f"a second walk, with nothing to do: {again:.1f} s; all checks of the books: {checked:.1f} s, 0 findings",
        ]
    )


if __name__ == "__main__":
    try:
        main()
    except ServerError as error:
        sys.exit(str(error))
