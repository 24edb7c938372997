import pytest

from members.models import Signup
from payments.models import Checkout
from tests.factories.members import GiftOfferFactory, PlanFactory, RegionFactory, TierFactory

pytestmark = pytest.mark.django_db

PATHS = ["/", "/join/", "/gift/"]


@pytest.fixture
def world(db):
    tier = TierFactory()
    RegionFactory(slug="europe", name="Europe", countries=["DE"], currency="EUR")
    RegionFactory(slug="uk", name="United Kingdom", countries=["GB"], currency="GBP")
    for currency in ("EUR", "GBP"):
        PlanFactory(tier=tier, currency=currency)
        GiftOfferFactory(tier=tier, currency=currency)


@pytest.mark.parametrize("path", PATHS)
def test_switch_is_on_the_page_and_the_choice_is_remembered_everywhere(client, world, path):
    page = client.get(path)
    assert "United Kingdom · GBP" in page.content.decode()
    assert (page.context["currency"], "region" in page.cookies) == ("EUR", False)

    chosen = client.get(path, {"region": "uk"})
    assert chosen.context["currency"] == "GBP"
    cookie = chosen.cookies["region"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (
        "uk",
        True,
        "Lax",
        31536000,
    )
    assert [client.get(each).context["currency"] for each in PATHS] == ["GBP"] * 3
    assert "region" not in client.get(path, {"region": "uk"}).cookies


@pytest.mark.parametrize("path", PATHS)
def test_first_guess_is_the_browsers_language_unless_a_proxy_knows(client, world, settings, path):
    def currency(**headers):
        return client.get(path, headers=headers).context["currency"]

    british = {"Accept-Language": "en-GB,en;q=0.5"}
    assert currency(**british) == "GBP"
    assert currency(**british, **{"CF-IPCountry": "DE"}) == "GBP"
    settings.COUNTRY_HEADER = "CF-IPCountry"
    assert currency(**british, **{"CF-IPCountry": "DE"}) == "EUR"
    assert currency(**british, **{"CF-IPCountry": "XX"}) == "GBP"


def test_no_cache_gives_one_readers_prices_to_another(client, world, settings):
    settings.COUNTRY_HEADER = "X-Country"
    response = client.get("/")
    assert "private" in response["Cache-Control"]
    assert {"Cookie", "Accept-Language", "X-Country"} <= set(response["Vary"].replace(" ", "").split(","))


def test_form_is_sent_where_its_prices_came_from(client, world, stripe_page):
    """Two tabs, two regions: the later choice must not change what the first tab offers and sells."""
    page = client.get("/join/", {"region": "uk", "utm_source": "letter", "campaign": "birthday"})
    client.get("/join/", {"region": "europe"})
    url = page.context["form_url"]
    assert url == "?region=uk&utm_source=letter"
    client.post(
        f"/join/{url}",
        {"interval": "month", "amount_month": "1500", "email": "ada@example.org", "campaign": "birthday"},
    )
    checkout = Checkout.objects.get()
    assert (checkout.currency, Signup.objects.get().attribution) == ("GBP", {"utm_source": "letter"})
    assert checkout.terms | {"tier": ""} == {"tier": "", "campaign": "birthday", "utm_source": "letter"}
    _, sent = stripe_page.calls[0]
    assert sent["cancel_url"].endswith("/join/?currency=GBP&cancelled=1&campaign=birthday&utm_source=letter")


def test_switch_takes_along_where_the_reader_came_from(client, world):
    page = client.get("/join/?campaign=a%26currency%3DXXX&utm_medium=mail&amount=20")
    assert [each["url"] for each in page.context["places"]] == [
        "?region=europe&campaign=a%26currency%3DXXX&utm_medium=mail",
        "?region=uk&campaign=a%26currency%3DXXX&utm_medium=mail",
    ]


@pytest.mark.parametrize("text", ["x" * 5000, "\0", "é<script>", "{{ 1 }}"])
def test_odd_attribution_is_cut_and_breaks_nothing(client, world, stripe_page, text):
    form = {"interval": "month", "amount_month": "1500", "email": "ada@example.org"}
    assert client.get("/join/", {"utm_source": text}).status_code == 200
    response = client.post("/join/", form, query_params={"utm_source": text})
    assert response.status_code == 302
    kept = text.replace("\0", "")[:100]
    assert Signup.objects.get().attribution == ({"utm_source": kept} if kept else {})
