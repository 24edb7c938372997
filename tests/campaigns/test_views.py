import gzip
import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from campaigns import progress
from campaigns.models import Campaign
from tests.factories.campaigns import CampaignFactory
from tests.support.csp import directives
from tests.support.stories import join

pytestmark = pytest.mark.django_db

URL = "/campaigns/birthday/progress.json"


@pytest.fixture
def campaign(time_machine_now):
    time_machine_now.move_to("2027-03-10T12:00:00Z")
    return CampaignFactory(
        slug="birthday",
        goal=10,
        starts_at=datetime(2027, 3, 1, tzinfo=UTC),
        ends_at=datetime(2027, 4, 1, 22, tzinfo=UTC),
    )


def test_json_has_exactly_the_promised_shape(client, campaign):
    join("ada@example.org")
    assert client.get(URL).json() == {
        "campaign": "birthday",
        "metric": "new_members",
        "count": 1,
        "goal": 10,
        "remaining": 9,
        "percent": 10.0,
        "state": "open",
        "label": "1 of 10 new members",
        "starts_at": "2027-03-01T00:00:00Z",
        "ends_at": "2027-04-01T22:00:00Z",
        "as_of": "2027-03-10T12:00:00Z",
        "stretch_goal": None,
        "supporters": 1,
    }


def test_json_may_be_read_from_anywhere_and_kept_for_moments(client, campaign):
    response = client.get(URL, headers={"Origin": "https://elsewhere.example"})
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    assert response["Cache-Control"] == "public, max-age=0, s-maxage=2, stale-while-revalidate=30"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_json_never_carries_a_cookie_even_for_who_is_signed_in(client, admin_user, campaign):
    client.force_login(admin_user)
    client.get("/join/")
    response = client.get(URL)
    assert dict(response.cookies) == {}
    assert "Cookie" not in response.get("Vary", "")


def test_json_is_the_same_for_everybody(client, admin_client, campaign):
    german = client.get(URL, headers={"Accept-Language": "de"})
    assert german.content == admin_client.get(URL).content


def test_unchanged_number_is_answered_304(client, campaign, time_machine_now):
    tag = client.get(URL)["ETag"]
    time_machine_now.shift(60)
    again = client.get(URL, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == tag
    assert again["Cache-Control"].startswith("public")
    assert again["Access-Control-Allow-Origin"] == "*"
    assert dict(again.cookies) == {}


def test_changed_number_has_another_tag(client, campaign, time_machine_now):
    tag = client.get(URL)["ETag"]
    join("ada@example.org")
    time_machine_now.shift(60)
    again = client.get(URL, headers={"If-None-Match": tag})
    assert (again.status_code, again.json()["count"]) == (200, 1)
    assert again["ETag"] != tag


def test_number_moves_within_moments_of_a_payment(client, campaign, time_machine_now):
    assert client.get(URL).json()["count"] == 0
    join("ada@example.org")
    time_machine_now.shift(progress.FRESH_FOR + 0.1)
    assert client.get(URL).json()["count"] == 1


def test_a_hundred_requests_count_once(client, campaign, monkeypatch):
    counts = []
    monkeypatch.setattr(progress, "_count", lambda campaign: counts.append(1) or 5)
    assert {client.get(URL).json()["count"] for _ in range(100)} == {5}
    assert len(counts) == 1


@pytest.mark.parametrize("path", ["", "progress.json", "embed/"])
def test_unknown_campaign_is_not_found(client, campaign, path):
    assert client.get(f"/campaigns/nothing/{path}").status_code == 404


@pytest.mark.parametrize("path", ["/campaigns/birthday/", URL, "/campaigns/birthday/embed/", "/embed.js"])
def test_what_is_public_is_only_read(client, campaign, path):
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200


def test_page_shows_the_number_and_how_it_is_counted(client, campaign):
    join("ada@example.org")
    response = client.get("/campaigns/birthday/")
    page = response.content.decode()
    assert "1 of 10 new members" in page
    assert "How we count" in page
    assert "Each person counts once." in page
    assert 'value="1"' in page
    assert URL in page


def test_every_surface_tells_the_same_number(client, campaign):
    for name in ("ada", "bob"):
        join(f"{name}@example.org")
    for path in ("/", "/join/", "/campaigns/birthday/", "/campaigns/birthday/embed/", "/demo/article/"):
        assert "2 of 10 new members" in client.get(path).content.decode(), path
    assert client.get(URL).json()["count"] == 2


# --- in other people's pages ---------------------------------------------------------------------------


def test_embed_may_be_framed_by_anybody_and_sets_no_cookie(client, campaign):
    response = client.get("/campaigns/birthday/embed/")
    assert "X-Frame-Options" not in response
    policy = directives(response)
    assert policy["frame-ancestors"] == ["*"]
    assert policy["script-src"] == ["'self'"]
    assert policy["default-src"] == ["'none'"]
    assert dict(response.cookies) == {}


def test_embed_leads_to_our_own_join_page(client, campaign, settings):
    settings.SITE_URL = "https://news.example"
    page = client.get("/campaigns/birthday/embed/").content.decode()
    assert "https://news.example/join/?campaign=birthday" in page


def test_component_may_be_loaded_from_anywhere(client):
    response = client.get("/embed.js")
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Cache-Control"] == "public, max-age=300, stale-while-revalidate=86400"
    assert dict(response.cookies) == {}
    assert b"customElements.define" in response.content


def test_component_is_at_most_five_kilobytes_gzipped(client):
    assert len(gzip.compress(client.get("/embed.js").content, 9)) <= 5 * 1024


def test_campaign_that_ended_sells_nothing_any_more(client, campaign, time_machine_now):
    time_machine_now.move_to(campaign.ends_at)
    assert json.loads(client.get(URL).content)["state"] == "ended"
    assert "/join/?campaign=birthday" not in client.get("/campaigns/birthday/").content.decode()
    assert Campaign.objects.running_at(timezone.now()).first() is None
