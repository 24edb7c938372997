import pytest
from django.core import mail

from members.contributions.contributing import start_contribution, tell_of_dedications
from members.contributions.reminder_links import url_for
from members.contributions.reminding import choose_reminder
from members.models import Contribution, ContributionOffer, ContributionReminder, ContributionSettings
from members.outbox import mailing
from payments.models import Checkout
from payments.money import Money
from payments.recording import record
from tests.factories.members import ContributionOfferFactory, UserFactory
from tests.support.queries import count_queries
from tests.support.stories import donate
from tests.support.stripe_side import StripeSide

pytestmark = pytest.mark.django_db

DONATE = {"interval": "once", "amount_once": "3000", "email": "ada@example.org"}
HOSTILE = "<script>alert(1)</script> & Ἀριστοτέλης 👩‍👩‍👧"


@pytest.fixture(autouse=True)
def offers(db):
    ContributionOfferFactory()
    ContributionOfferFactory(interval="month", amounts=[500, 1000], preselected=1000)


def test_form_leads_to_stripes_page_with_all_that_was_asked(client, stripe_page):
    words = {
        "public_name": HOSTILE,
        "dedication": "memory",
        "honoree_name": "Grace",
        "message": "👩‍👩‍👧" * 37,
        "notify_name": "Her family",
        "notify_email": "Family@Example.org",
    }
    response = client.post("/donate/?utm_source=letter", DONATE | words | {"campaign": "birthday"})
    kept = Contribution.objects.get()
    assert (response.status_code, response["Location"]) == (302, Checkout.objects.get().url)
    assert {name: getattr(kept, name) for name in words} == words | {"notify_email": "family@example.org"}
    assert (kept.total, kept.interval, kept.campaign_code) == (Money(3000, "EUR"), "", "birthday")
    assert kept.attribution == {"utm_source": "letter"}


def test_fee_is_covered_to_the_cent(client, stripe_page, settings):
    settings.CARD_FEES = ["EUR=1.5%+0.25"]
    client.post("/donate/", DONATE | {"cover_fee": "on"})
    assert (Contribution.objects.get().fee_cover, Checkout.objects.get().amount) == (71, 3071)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"interval": "week"}, "Choose how often."),
        ({"amount_once": ""}, "Choose an amount."),
        ({"amount_once": "other", "other_amount": "1.99"}, "The least is €2."),
        ({"amount_once": "other", "other_amount": "much"}, "not an amount of money"),
        ({"message": "x" * 301, "dedication": "honour", "honoree_name": "G"}, "at most 300 characters"),
        ({"honoree_name": "Grace"}, "Choose whether it is in honour or in memory"),
        ({"dedication": "honour"}, "Write whom you dedicate it to."),
        ({"dedication": "honour", "honoree_name": "G", "notify_name": "H"}, "Write the address at which"),
        ({"dedication": "honour", "honoree_name": "G", "notify_email": "H"}, "not a whole email address"),
    ],
)
def test_what_is_wrong_is_told_in_place_and_that_nothing_was_charged(client, stripe_page, wrong, words):
    page = client.post("/donate/", DONATE | wrong).content.decode()
    assert words in page
    assert "You have not been charged" in page
    assert Checkout.objects.count() == 0


def test_nudge_is_offered_taken_and_switched_off(client, stripe_page):
    assert "Give €10 a month" in client.get("/donate/").content.decode()
    client.post("/donate/", DONATE | {"nudge": "month"})
    assert (Contribution.objects.get().interval, Contribution.objects.get().total) == (
        "month",
        Money(1000, "EUR"),
    )
    ContributionSettings(is_nudge_on=False).save()
    assert "a month instead" not in client.get("/donate/").content.decode()
    client.post("/donate/", DONATE | {"nudge": "month"})
    assert Contribution.objects.filter(interval="").count() == 1


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("amount=50", {"interval": "once", "amount_once": "5000"}),
        ("amount=7&interval=month", {"interval": "month", "amount_month": "other", "other_amount": "7"}),
        ("amount=<b>&interval=week", {"interval": "once", "amount_once": "3000"}),
    ],
)
def test_link_prefills_the_form(client, query, chosen):
    form = client.get(f"/donate/?{query}").context["form"]
    assert {name: form[name].value() for name in chosen} == {name: chosen[name] for name in chosen}


def test_reader_who_turns_back_finds_the_form_as_they_left_it(client, stripe_page):
    client.post("/donate/", DONATE | {"amount_once": "5000", "public_name": "Ada"})
    form = client.get("/donate/?cancelled=1").context["form"]
    assert (form["amount_once"].value(), form["public_name"].value()) == ("5000", "Ada")


def test_page_without_offers_says_so(client):
    ContributionOffer.objects.all().delete()
    assert "Donations are not open" in client.get("/donate/").content.decode()
    assert client.post("/donate/", DONATE).status_code == 200


def test_names_are_shown_once_approved_and_as_they_are_written(client):
    donate("ada@example.org", public_name=HOSTILE, dedication="honour", honoree_name=HOSTILE)
    assert "Ἀριστοτέλης" not in client.get("/donate/").content.decode()
    Contribution.objects.update(is_name_approved=True)
    page = client.get("/donate/").content.decode()
    assert "in honour of &lt;script&gt;alert(1)&lt;/script&gt; &amp; Ἀριστοτέλης 👩‍👩‍👧" in page
    assert "<script>alert" not in page


def test_mails_hold_what_was_written_and_no_amount_for_the_family(client):
    ContributionSettings(dedication_waits_hours=0).save()
    given = donate(
        "ada@example.org",
        dedication="memory",
        honoree_name=HOSTILE,
        message=HOSTILE,
        notify_email="family@example.org",
    )
    choose_reminder(contribution=given, choice="monthly")
    tell_of_dedications()
    mailing.drain()
    receipt, family = mail.outbox
    assert (receipt.to, family.to) == (["ada@example.org"], ["family@example.org"])
    assert "€30" in receipt.body
    assert "Nothing was given to you in return" in receipt.body
    for body in (family.subject, family.body, family.alternatives[0].content):
        assert "€" not in body
        assert "30" not in body.replace(HOSTILE, "")
    assert "<script>" not in family.alternatives[0].content
    assert HOSTILE in family.body
    assert f"A donation in memory of {HOSTILE}" == family.subject


def test_thank_you_page_is_a_receipt_and_asks_for_a_reminder(client):
    side = StripeSide(start_contribution(amount=Money(3000, "EUR"), email="ada@example.org").checkout)
    path = f"/thanks/{side.checkout.reference}/"
    client.post(f"{path}reminder/", {"reminder": "monthly"})
    assert ContributionReminder.objects.count() == 0
    record(side.session())
    page = client.get(path).content.decode()
    assert "Thank you for your donation" in page
    assert "No, you stay anonymous" in page
    assert client.post(f"{path}reminder/", {"reminder": "monthly"})["Location"] == path
    assert ContributionReminder.objects.count() == 2
    client.post(f"{path}reminder/", {"reminder": "sometimes"})
    assert client.get(path).context["reminder_form"]["reminder"].value() == "monthly"


def test_thank_you_page_says_when_the_money_went_back(client):
    side = StripeSide(start_contribution(amount=Money(3000, "EUR"), email="ada@example.org").checkout)
    record(side.session())
    record(side.affairs(refunds=[side.refund(3000)]))
    page = client.get(f"/thanks/{side.checkout.reference}/").content.decode()
    assert "This donation was returned" in page
    assert "remind you" not in page


def test_link_in_a_reminder_stops_them_by_post_alone(client):
    given = donate("ada@example.org")
    choose_reminder(contribution=given, choice="monthly")
    path = "/reminders/" + url_for(given).partition("/reminders/")[2]
    client.get(path)
    assert ContributionReminder.objects.waiting().count() == 2
    assert "any more" in client.post(path).content.decode()
    assert ContributionReminder.objects.waiting().count() == 0
    assert client.post("/reminders/nonsense/").status_code == 404


def test_my_donations_are_mine_and_take_as_many_queries_for_fifty(client):
    ada = UserFactory(email="ada@example.org")
    donate("ada@example.org", interval="month", renewals=2)
    donate("bob@example.org", amount=Money(7700, "EUR"))
    client.force_login(ada)
    page = client.get("/account/contributions/").content.decode()
    assert "Next: €30 on" in page
    assert "3 payments" in page
    assert "€77" not in page
    once = count_queries(client, "/account/contributions/")
    for number in range(20):
        donate("ada@example.org", amount=Money(1000 + number, "EUR"))
    assert count_queries(client, "/account/contributions/") == once


def test_card_of_a_recurring_donation_is_changed_where_mails_lead_to(client):
    ada = UserFactory(email="ada@example.org")
    monthly, once = donate(ada.email, interval="month"), donate(ada.email)
    client.force_login(ada)
    page = client.get(f"/account/contributions/{monthly.pk}/card/")["Location"]
    assert "your donation" in client.get(page).content.decode()
    for verb in ("card", "stop"):
        assert client.get(f"/account/contributions/{once.pk}/{verb}/").status_code == 404


def test_page_asks_as_often_for_one_currency_and_name_as_for_many(client):
    few = count_queries(client, "/donate/")
    for code in ("USD", "GBP", "JPY"):
        ContributionOfferFactory(currency=code)
    for number in range(10):
        donate(f"reader{number}@example.org", public_name="Ada")
    Contribution.objects.update(is_name_approved=True)
    assert count_queries(client, "/donate/") == few


def test_my_donations_ask_who_it_is(client):
    assert client.get("/account/contributions/")["Location"].startswith("/accounts/login/")
