"""The customer portal: a new card by its page, and from then on that card pays."""

import pytest
import stripe

from tests.sandbox.browser import CARD, pay, visit
from tests.sandbox.builders import charge_from_now_on, instant, new_customer, subscribed
from tests.support.sandbox_process import running_sandbox

BACK = "https://site.example/account"
SAVED = "https://site.example/card-saved"
TO_CARD = {
    "type": "payment_method_update",
    "after_completion": {"type": "redirect", "redirect": {"return_url": SAVED}},
}


@pytest.fixture(scope="module")
def sandbox():
    """One for this module: what is dated 2030 is the newest of all in any list."""
    with running_sandbox() as process:
        yield process


@pytest.fixture
def clock(client):
    """Noon on 31 January 2030."""
    return client.test_helpers.test_clocks.create({"frozen_time": instant(2030, 1, 31)}).id


@pytest.fixture
def go_to(client, clock):
    return lambda *date: client.test_helpers.test_clocks.advance(clock, {"frozen_time": instant(*date)})


@pytest.fixture
def subscription(client, clock):
    """With a card of its own besides its customer's."""
    begun = subscribed(client, new_customer(client, email="ada@example.org", test_clock=clock))
    card = client.payment_methods.attach("pm_card_mastercard", {"customer": begun.customer}).id
    return client.subscriptions.update(begun.id, {"default_payment_method": card})


@pytest.fixture
def open_portal(client, subscription):
    def opened(**fields):
        wanted = {"customer": subscription.customer, "return_url": BACK}
        return client.billing_portal.sessions.create(wanted | fields)

    return opened


def last4(client, subscription):
    """The cards of subscription and customer."""
    expand = ["default_payment_method", "customer.invoice_settings.default_payment_method"]
    found = client.subscriptions.retrieve(subscription.id, {"expand": expand})
    return (
        found.default_payment_method.card.last4,
        found.customer.invoice_settings.default_payment_method.card.last4,
    )


def told_since(client, mark):
    return [event.type for event in client.events.list({"limit": 100, "ending_before": mark}).data][::-1]


def newest(client):
    return client.events.list({"limit": 1}).data[0].id


def test_new_card_pays_subscription_and_customer_from_now_on(go_to, client, subscription, open_portal):
    session = open_portal(flow_data=TO_CARD)
    mark = newest(client)
    page = visit(session.url)
    assert "Mastercard ending in 4444" in page.text
    assert (BACK in page.html, "Invoices" in page.text) == (True, False)

    saved = pay(session.url, number="4000056655665556")

    assert (saved.status, saved.location) == (303, SAVED)
    assert last4(client, subscription) == ("5556", "5556")
    assert told_since(client, mark) == [
        "setup_intent.created", "payment_method.attached", "setup_intent.succeeded",
        "customer.updated", "customer.subscription.updated",
    ]  # fmt: skip
    go_to(2030, 3, 1)
    [charge, _] = client.charges.list({"customer": subscription.customer}).data
    assert charge.payment_method_details.card.last4 == "5556"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("4000000000000002", "Your card was declined. Nothing was charged."),
        ("4000000000000069", "Your card has expired."),
        ("4242", "That is not a card number."),
    ],
)
def test_refused_card_changes_nothing_and_says_why(client, subscription, open_portal, number, words):
    session = open_portal()
    page = pay(session.url, number=number)
    assert (page.status, words in page.text, 'role="alert"' in page.html) == (200, True, True)
    assert last4(client, subscription) == ("4444", "4242")
    assert pay(session.url).location == BACK


@pytest.mark.parametrize(("outcome", "cards"), [("complete", ("3184", "3184")), ("fail", ("4444", "4242"))])
def test_bank_that_asks_decides(client, subscription, open_portal, outcome, cards):
    session = open_portal(flow_data=TO_CARD)
    base = session.url.split("/p/")[0]
    asked = pay(session.url, number="4000002760003184")
    assert last4(client, subscription) == ("4444", "4242")

    answered = visit(base + asked.location, {"outcome": outcome})

    assert answered.location == (SAVED if outcome == "complete" else session.url)
    assert last4(client, subscription) == cards
    if outcome == "fail":
        assert "Your bank could not confirm that it was you." in visit(session.url).text


def test_home_shows_what_there_is_with_links_to_the_invoices(client, subscription, open_portal):
    page = visit(open_portal().url)
    [invoice] = client.invoices.list({"customer": subscription.customer}).data
    assert invoice.hosted_invoice_url in page.html
    assert "Supporter Next payment on 28 February 2030 €10.00 per month" in page.text
    assert "31 January 2030 Paid €10.00" in page.text


def test_confirmation_is_shown_on_the_page_when_asked_for(client, open_portal):
    confirmed = {"type": "payment_method_update", "after_completion": {"type": "hosted_confirmation"}}
    session = open_portal(flow_data=confirmed)
    saved = pay(session.url)
    assert (saved.location, "Your card was saved." in visit(saved.location).text) == (
        f"{session.url}?saved=1",
        True,
    )


def test_configuration_switches_parts_off(client, open_portal):
    features = {"payment_method_update": {"enabled": False}, "invoice_history": {"enabled": True}}
    made = client.billing_portal.configurations.create({"features": features, "default_return_url": BACK})
    session = open_portal(configuration=made.id, return_url="")
    assert (session.return_url, session.configuration) == (BACK, made.id)
    assert "Cards cannot be changed here" in visit(session.url).text

    client.billing_portal.configurations.update(
        made.id, {"features": {"payment_method_update": {"enabled": True}}}
    )
    assert "Save card" in visit(session.url).text
    assert open_portal().configuration != made.id


def test_link_is_good_for_an_hour(go_to, client, subscription, open_portal):
    session = open_portal()
    go_to(2030, 1, 31, 13)
    page = visit(session.url, CARD)
    assert (page.status, "This link has expired" in page.text, BACK in page.html) == (410, True, True)
    assert last4(client, subscription) == ("4444", "4242")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"customer": "cus_nobody"}, "customer"),
        ({"configuration": "bpc_none"}, "configuration"),
        ({"flow_data": {"type": "subscription_cancel"}}, "flow_data[type]"),
        (
            {"flow_data": {"type": "payment_method_update", "after_completion": {"type": "redirect"}}},
            "flow_data[after_completion][redirect]",
        ),
    ],
)
def test_portal_that_is_not_played_is_refused(open_portal, fields, param):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        open_portal(**fields)
    assert refusal.value.param == param


# The hosted invoice page


@pytest.fixture
def renew(go_to, client, subscription):
    """Let the renewal meet a card; gives its invoice."""

    def renewed(card):
        charge_from_now_on(client, subscription.customer, card)
        client.subscriptions.update(subscription.id, {"default_payment_method": ""})
        go_to(2030, 3, 1)
        return client.invoices.list({"subscription": subscription.id, "limit": 1}).data[0]

    return renewed


def status(client, subscription):
    return client.subscriptions.retrieve(subscription.id).status


def test_failed_renewal_is_paid_on_its_page(client, subscription, renew):
    invoice = renew("pm_card_chargeCustomerFail")
    mark = newest(client)
    assert (invoice.status, status(client, subscription)) == ("open", "past_due")
    assert "Pay €10.00" in visit(invoice.hosted_invoice_url).text

    declined = pay(invoice.hosted_invoice_url, number="4000000000009995")

    assert "Your card has insufficient funds. Nothing was charged." in declined.text
    assert told_since(client, mark)[-1] == "invoice.payment_failed"
    paid = pay(invoice.hosted_invoice_url)
    assert paid.location == f"/i/{invoice.id}"
    assert "Thank you." in visit(invoice.hosted_invoice_url).text
    assert (client.invoices.retrieve(invoice.id).status, status(client, subscription)) == ("paid", "active")
    told = told_since(client, mark)
    assert ("invoice.paid" in told, told[-1]) == (True, "customer.subscription.updated")
    assert pay(invoice.hosted_invoice_url).location == f"/i/{invoice.id}"
    assert (
        len([one for one in client.charges.list({"customer": subscription.customer}).data if one.paid]) == 2
    )


def test_renewal_that_asks_for_the_bank_is_confirmed_on_its_page(client, subscription, renew):
    invoice = renew("pm_card_authenticationRequired")
    told = {event.type for event in client.events.list({"limit": 20}).data}
    assert {"invoice.payment_failed", "invoice.payment_action_required"} <= told
    base = invoice.hosted_invoice_url.split("/i/")[0]
    [payment] = client.invoice_payments.list({"invoice": invoice.id}).data
    to_bank = f"/c/3ds/{payment.payment.payment_intent}"
    page = visit(invoice.hosted_invoice_url)
    assert (f'href="{to_bank}"' in page.html, "Or pay with another card" in page.text) == (True, True)
    assert "€10.00 from your Visa card ending in 3184" in visit(base + to_bank).text

    failed = visit(base + to_bank, {"outcome": "fail"})

    assert failed.location == f"/i/{invoice.id}"
    assert "Your bank could not confirm that it was you." in visit(invoice.hosted_invoice_url).text
    asked = pay(invoice.hosted_invoice_url, number="4000002760003184")
    assert visit(base + asked.location, {"outcome": "complete"}).location == f"/i/{invoice.id}"
    assert (client.invoices.retrieve(invoice.id).status, status(client, subscription)) == ("paid", "active")


def test_open_invoice_is_paid_by_the_card_that_was_put_in(client, subscription, renew, open_portal):
    invoice = renew("pm_card_chargeCustomerFail")
    pay(open_portal().url)
    paid = client.invoices.pay(invoice.id)
    assert (paid.status, status(client, subscription)) == ("paid", "active")


def test_card_that_paid_is_kept_if_the_subscription_wants_that(client, subscription, renew):
    settings = {"save_default_payment_method": "on_subscription"}
    client.subscriptions.update(subscription.id, {"payment_settings": settings})
    invoice = renew("pm_card_chargeCustomerFail")
    pay(invoice.hosted_invoice_url, number="4000056655665556")
    assert last4(client, subscription) == ("5556", "0341")


def test_draft_has_no_page_and_a_void_invoice_takes_no_money(sandbox, client, subscription, renew):
    draft = client.invoices.create({"customer": subscription.customer})
    assert visit(f"{sandbox.base_url}/i/{draft.id}").status == 404
    invoice = renew("pm_card_chargeCustomerFail")
    client.invoices.void_invoice(invoice.id)
    assert "there is nothing to pay" in visit(invoice.hosted_invoice_url).text
    assert pay(invoice.hosted_invoice_url).status == 303
    assert client.invoices.retrieve(invoice.id).amount_paid == 0
