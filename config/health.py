from collections.abc import Callable
from datetime import timedelta

from celery import current_app
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments.checking.inbox import POLLED_WITHIN
from payments.models import Cursor, Heartbeat
from payments.reconciling import polling

STALE_AFTER = timedelta(seconds=60)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is up."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Each part that the site needs, with "ok" or what is wrong; 503 if any is wrong."""
    parts = {name: _try(check) for name, check in _CHECKS.items()}
    is_ready = all(said == "ok" for said in parts.values())
    return JsonResponse({"ready": is_ready, "parts": parts}, status=200 if is_ready else 503)


def _try(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:
        return type(error).__name__


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _cache() -> str:
    cache.set("readyz", "here", 10)
    return "ok" if cache.get("readyz") == "here" else "does not remember"


def _broker() -> str:
    with current_app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return "ok"


def _beat() -> str:
    last = Heartbeat.last_at()
    if last is None:
        return "never ticked"
    age = timezone.now() - last
    return "ok" if age < STALE_AFTER else f"last tick {int(age.total_seconds())} s ago"


def _stripe_feed() -> str:
    last = Cursor.last_finished_at(polling.CURSOR)
    # A new site has not read yet, and shall open all the same.
    if last is None:
        return "ok"
    age = timezone.now() - last
    return "ok" if age < POLLED_WITHIN else f"last read {int(age.total_seconds())} s ago"


_CHECKS = {
    "database": _database,
    "cache": _cache,
    "broker": _broker,
    "beat": _beat,
    "stripe_feed": _stripe_feed,
}
