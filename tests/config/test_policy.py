"""The Content-Security-Policy and the other browsers' guards, on whatever the site answers."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from members.gifts.gift_links import token_for
from payments.models import Checkout, Heartbeat
from tests.factories.campaigns import CampaignFactory
from tests.factories.members import UserFactory
from tests.support.csp import directives
from tests.support.stories import give, join

pytestmark = pytest.mark.django_db

SELF, NONE = "'self'", "'none'"
STRIPES = [f"https://{name}.stripe.com" for name in ("checkout", "billing", "invoice")]
STRICT = {
    "default-src": [NONE],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF, *STRIPES, "http://127.0.0.1:9"],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
    "frame-src": [SELF],
    "manifest-src": [SELF],
}
INLINE_CODE = re.compile(
    r"<script(?![^>]*\ssrc=)(?![^>]*application/json)[^>]*>|<style|<[^>]+\s(?:on\w+|style)=", re.IGNORECASE
)
MAY_BE_FRAMED = "/campaigns/birthday/embed/"


def all_paths():
    """Each address of the site, its parameters filled in with things that exist."""
    gift = give("ada@example.org")
    join("ada@example.org")
    CampaignFactory(slug="birthday")
    values = {
        "<uuid:reference>": str(Checkout.objects.first().reference),
        "<str:token>": token_for(gift.reference),
        "<slug:slug>": "birthday",
        "<str:message_id>": "20270301.eml",
    }
    for route in routes(get_resolver().url_patterns):
        if "(" not in route and "\\" not in route and "^" not in route:
            for name, value in values.items():
                route = route.replace(name, value)
            if "<" not in route:
                yield f"/{route}"


def routes(patterns, before=""):
    for each in patterns:
        here = before + str(each.pattern)
        if isinstance(each, URLPattern):
            yield here
        else:
            yield from routes(each.url_patterns, here)


def assert_strict(response, path):
    found = directives(response)
    scripts = found.pop("script-src")
    assert scripts[0] == SELF, path
    assert all(source.startswith("'nonce-") for source in scripts[1:]), path
    assert len(scripts) <= 2, path
    ancestors = ["*"] if path == MAY_BE_FRAMED else [NONE]
    assert found == STRICT | {"frame-ancestors": ancestors}, path
    assert response.get("X-Frame-Options") == (None if path == MAY_BE_FRAMED else "DENY"), path
    assert response["X-Content-Type-Options"] == "nosniff", path
    assert response["Referrer-Policy"] == "same-origin", path
    assert response["Cross-Origin-Opener-Policy"] == "same-origin", path


@pytest.mark.parametrize("role", ["anonymous", "reader", "staff"])
def test_every_address_answers_under_the_strict_policy(client, role):
    if role != "anonymous":
        client.force_login(UserFactory(is_staff=role == "staff", is_superuser=role == "staff"))
    paths = sorted(set(all_paths()))
    assert {"/", "/join/", "/gift/", "/account/", "/embed.js", "/demo/article/", "/admin/"} <= set(paths)
    assert len(paths) > 40
    Heartbeat.beat()
    for path in paths:
        if role != "anonymous" and "logout" in path:
            continue
        response = client.get(path)
        assert response.status_code < 500, path
        assert_strict(response, path)


@pytest.mark.parametrize(
    "path",
    [
        "/nothing/",
        "/thanks/x/",
        "/thanks/12345678-1234-4678-8234-567812345678/",
        "/campaigns/x/",
        "/redeem/x/",
    ],
)
def test_what_is_not_found_is_answered_under_the_policy_too(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert_strict(response, path)


def test_refused_form_is_answered_under_the_policy_too():
    response = Client(enforce_csrf_checks=True).post("/join/", {})
    assert response.status_code == 403
    assert_strict(response, "/join/")


def test_no_page_of_ours_holds_inline_code(client):
    client.force_login(UserFactory())
    for path in sorted(set(all_paths())):
        if path.startswith("/admin/") or "logout" in path:
            continue
        page = client.get(path).content.decode(errors="replace")
        assert INLINE_CODE.findall(page) == [], path


def test_cookies_are_out_of_reach_for_scripts(client):
    client.post("/join/", {})
    client.get("/join/")
    UserFactory(email="ada@example.org")
    response = client.post("/accounts/login/", {"email": "ada@example.org"})
    session = response.cookies["sessionid"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")


@pytest.mark.parametrize("path", ["/", "/campaigns/birthday/", "/campaigns/birthday/progress.json"])
def test_who_only_reads_gets_no_cookie(client, path):
    CampaignFactory(slug="birthday")
    assert dict(client.get(path).cookies) == {}
