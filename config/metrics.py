"""What Prometheus reads: counted in the database when it asks, so that it is the same whichever process answers."""

from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from members.models import MailBounce, OutgoingMail
from payments import alarms, recovery
from payments.models import BookCheck, CollectionRequest, Cursor, Heartbeat, StripeEvent
from payments.models.queue import Backlog
from payments.reconciling import polling, walking


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus's text format. 401 without METRICS_TOKEN if there is one; else 403 from anywhere but this machine."""
    if settings.METRICS_TOKEN:
        if not _shows_token(request):
            return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    elif not (settings.DEBUG or settings.DEMO or _is_from_this_machine(request)):
        return HttpResponse(status=403)
    registry = CollectorRegistry()
    registry.register(_Books())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _shows_token(request: HttpRequest) -> bool:
    shown = request.headers.get("Authorization", "")
    return constant_time_compare(shown, f"Bearer {settings.METRICS_TOKEN}")


def _is_from_this_machine(request: HttpRequest) -> bool:
    # Behind a proxy on this machine everybody seems to come from here.
    is_proxied = settings.ALLAUTH_TRUSTED_PROXY_COUNT or settings.BEHIND_TLS_PROXY
    if is_proxied or {"X-Forwarded-For", "Forwarded", "Via"} & set(request.headers):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class _Books(Collector):
    def collect(self) -> Iterator[Metric]:
        """Ages are in seconds; what has never happened is left out."""
        yield from _backlog("inbox", "events from Stripe", StripeEvent.objects.backlog())
        yield from _backlog("outbox", "mails", OutgoingMail.objects.backlog())
        yield _gauge(
            "mail_addresses_left_alone",
            "How many addresses mail came back from for good.",
            MailBounce.objects.standing().addresses(),
        )
        yield from _backlog("collections", "new cards to try", CollectionRequest.objects.backlog())
        yield from _failed_payments()
        yield _open_alarms()
        yield from _ages()
        yield from _last_check()


def _backlog(name: str, rows: str, backlog: Backlog) -> Iterator[Metric]:
    yield _gauge(f"{name}_waiting", f"How many {rows} wait.", backlog.waiting)
    yield _gauge(f"{name}_parked", f"How many {rows} failed too often.", backlog.parked)
    age = _age(backlog.waiting_since) if backlog.waiting_since else 0.0
    yield _gauge(f"{name}_oldest_age_seconds", f"How long the oldest of the {rows} waits.", age)


def _failed_payments() -> Iterator[Metric]:
    labels = ["state", "currency"]
    counts = GaugeMetricFamily(
        "groundswell_failed_payments", "Renewals that failed, by what became of them.", labels=labels
    )
    sums = GaugeMetricFamily(
        "groundswell_failed_payments_amount", "The same in minor units of their currency.", labels=labels
    )
    for state, currency, count, amount in recovery.totals():
        counts.add_metric([state, currency], count)
        sums.add_metric([state, currency], amount)
    yield counts
    yield sums


def _open_alarms() -> Metric:
    family = GaugeMetricFamily("groundswell_open_alarms", "What needs a person, by kind.", labels=["kind"])
    for kind, count in alarms.count_open().items():
        family.add_metric([kind], count)
    return family


def _ages() -> Iterator[Metric]:
    yield from _age_gauge("beat", "Since beat and a worker were last seen.", Heartbeat.last_at())
    for cursor, what in ((polling.CURSOR, "events were"), (walking.CURSOR, "objects were")):
        last = Cursor.last_finished_at(cursor)
        yield from _age_gauge(f"stripe_{cursor}", f"Since Stripe's {what} last read to the end.", last)


def _last_check() -> Iterator[Metric]:
    check = BookCheck.last()
    if check:
        yield from _age_gauge("book_check", "Since the books were last checked.", check.checked_at)
        yield _gauge("book_findings", "What the last check found wrong.", check.findings)
        yield _gauge("book_check_seconds", "How long the last check took.", check.seconds)


def _age_gauge(name: str, about: str, instant: datetime | None) -> Iterator[Metric]:
    if instant:
        yield _gauge(f"{name}_age_seconds", about, _age(instant))


def _age(instant: datetime) -> float:
    return (timezone.now() - instant).total_seconds()


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"groundswell_{name}", about, value=value)
