import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "SECRET_KEY": "long-and-random",
    "STRIPE_SECRET_KEY": "sk_live_1",
    "STRIPE_WEBHOOK_SECRET": "whsec_1",
    "SITE_URL": "https://news.example",
    "DATABASE_URL": "sqlite://:memory:",
}
PAGES = [f"https://{name}.stripe.com" for name in ("checkout", "billing", "invoice")]


@pytest.fixture
def start(tmp_path):
    """Runs code as a production site would, in a process of its own; gives what it printed and its error."""

    def run(code, **environment):
        script = f"from django.conf import settings; settings.DEBUG; {code}"
        clean = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "ENV_FILE": os.devnull,
            "CELERY_FILESYSTEM_DIR": str(tmp_path),
        }
        wanted = clean | {"DJANGO_SETTINGS_MODULE": "config.settings"} | GOOD | environment
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={name: value for name, value in wanted.items() if value is not None},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stdout.strip(), done.stderr.strip()

    return run


def test_production_site_starts_on_https(start):
    out, error = start(
        "print(settings.DEBUG, settings.STRIPE_API_BASE, settings.STRIPE_LIVEMODE, settings.CHECKOUT_ORIGINS,"
        " settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SECURE_SSL_REDIRECT,"
        " settings.ALLOWED_HOSTS[0])"
    )
    assert (out, error) == (f"False https://api.stripe.com True {PAGES} True True True news.example", "")


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:12111", "https://api.stripe.com.evil.example", "http://api.stripe.com"]
)
def test_production_site_refuses_a_foreign_api_base(start, base):
    out, error = start("import django; django.setup(); print('started')", STRIPE_API_BASE=base)
    assert out == ""
    assert "a production site talks to Stripe alone" in error


@pytest.mark.parametrize("kind", ["DEBUG", "DEMO"])
def test_foreign_api_base_is_for_demo_and_development(start, kind):
    out, _ = start(
        "print(settings.CHECKOUT_ORIGINS)", STRIPE_API_BASE="http://127.0.0.1:12111/", **{kind: "1"}
    )
    assert out == str([*PAGES, "http://127.0.0.1:12111"])


def test_production_site_refuses_to_kill_itself(start):
    out, error = start("print('started')", GROUNDSWELL_KILL_AT="mail.sent")
    assert out == ""
    assert "a production site does not kill itself" in error


@pytest.mark.parametrize("kind", ["DEBUG", "DEMO"])
def test_demo_and_development_can_be_killed_by_a_test(start, kind):
    ask = "from payments import checkpoints; print('armed', flush=True); checkpoints.reached('here'); print('lives')"
    assert start(ask, GROUNDSWELL_KILL_AT="here", **{kind: "1"})[0] == "armed"


@pytest.mark.parametrize("missing", [None, ""])
def test_site_without_a_secret_key_refuses_to_start(start, missing):
    out, error = start("print('started')", SECRET_KEY=missing)
    assert out == ""
    assert "SECRET_KEY is not set" in error


def test_demo_pages_are_not_there_in_production(start):
    out, _ = start(
        "import django; django.setup()\n"
        "from django.urls import resolve, Resolver404\n"
        "for path in ('/demo/article/', '/demo/mail/'):\n"
        "    try: print(resolve(path))\n"
        "    except Resolver404: print('none')"
    )
    assert out == "none\nnone"


@pytest.mark.parametrize(
    ("key", "is_live"),
    [("sk_test_1", False), ("rk_live_1", True), ("", False)],
)
def test_livemode_follows_from_the_key(start, key, is_live):
    assert start("print(settings.STRIPE_LIVEMODE)", STRIPE_SECRET_KEY=key)[0] == str(is_live)


def test_webhook_secrets_are_divided_by_commas(start):
    out, _ = start("print(settings.STRIPE_WEBHOOK_SECRETS)", STRIPE_WEBHOOK_SECRET="whsec_new,whsec_old")
    assert out == "['whsec_new', 'whsec_old']"


def test_stripes_sdk_is_not_loaded_until_it_is_needed(start):
    """1,600 modules: the web process would carry them for nothing."""
    assert (
        start("import sys, django; django.setup(); import config.urls; print('stripe' in sys.modules)")[0]
        == "False"
    )


def test_mail_goes_by_a_provider_that_is_named(start):
    code = (
        "a = settings.ANYMAIL; print(settings.EMAIL_BACKEND, a['POSTMARK_SERVER_TOKEN'], a['WEBHOOK_SECRET'])"
    )
    provider = {
        "EMAIL_PROVIDER": "Postmark",
        "ANYMAIL_POSTMARK_SERVER_TOKEN": "t",
        "ANYMAIL_WEBHOOK_SECRET": "a:b,a:c",
    }
    assert start(code, **provider) == ("anymail.backends.postmark.EmailBackend t ['a:b', 'a:c']", "")
    _, error = start("", EMAIL_PROVIDER="pigeons")
    assert "EMAIL_PROVIDER is pigeons, which django-anymail does not know." in error


@pytest.mark.parametrize("colour", ["red", "#fff", "#f3ae2d;}"])
def test_colour_of_mails_is_a_colour(start, colour):
    assert f"NEWSROOM_COLOUR is {colour}: write it like #f3ae2d" in start("", NEWSROOM_COLOUR=colour)[1]
