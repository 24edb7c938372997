"""The lean limit, for comparison: what any Django must do to keep a webhook, and nothing else.

`gunicorn bench.limit`: it shares no code and no setting with the platform, and its table is limit.sql.
"""

import hmac
import json
import os
import time

import environ
from django.conf import settings

settings.configure(
    SECRET_KEY="bench",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": environ.Env.db_url_config(os.environ["DATABASE_URL"]) | {"CONN_MAX_AGE": None}},
)

from django.core.wsgi import get_wsgi_application  # noqa: E402  it reads the settings
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

SECRET = os.environ["STRIPE_WEBHOOK_SECRET"].encode()


def webhook(request: HttpRequest) -> HttpResponse:
    """Verify, parse, insert, answer."""
    signed_at, signature = request.headers["Stripe-Signature"].split(",")
    expected = hmac.digest(SECRET, b"%s.%s" % (signed_at[2:].encode(), request.body), "sha256").hex()
    if not hmac.compare_digest(expected, signature[3:]) or time.time() - int(signed_at[2:]) > 300:
        return HttpResponse(status=400)
    event = json.loads(request.body)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_event (event_id, type, body) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [event["id"], event["type"], request.body],
        )
    return HttpResponse()


urlpatterns = [path("webhooks/stripe/", webhook)]
application = get_wsgi_application()
