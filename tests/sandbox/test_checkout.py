"""Checkout Sessions from opening to completion, through the SDK and the hosted page."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.sandbox.browser import pay, visit
from tests.sandbox.builders import CANCEL, SUCCESS, one_time, subscribing

DAY = 24 * 60 * 60


def events_about(client, identifier):
    """Types of the events that carry the object, oldest first."""
    found = client.events.list({"limit": 100}).auto_paging_iter()
    return [event.type for event in found if getattr(event.data.object, "id", None) == identifier][::-1]


def test_payment_session_when_paid_leaves_a_settled_charge(client):
    session = client.checkout.sessions.create(
        one_time(2500, payment_intent_data={"metadata": {"gift": "7"}}, metadata={"kind": "gift"})
    )

    page = pay(session.url)

    expand = ["payment_intent.latest_charge.balance_transaction"]
    paid = client.checkout.sessions.retrieve(session.id, {"expand": expand})
    charge = paid.payment_intent.latest_charge
    money = charge.balance_transaction
    assert (page.status, page.location) == (303, SUCCESS.replace("{CHECKOUT_SESSION_ID}", session.id))
    assert (paid.status, paid.payment_status, paid.amount_total, paid.url) == ("complete", "paid", 2500, None)
    assert (paid.customer, paid.customer_details.email) == (None, "ada@example.org")
    assert (paid.metadata.to_dict(), charge.metadata.to_dict()) == ({"kind": "gift"}, {"gift": "7"})
    assert (money.amount, money.fee, money.net, money.source) == (2500, 103, 2397, charge.id)


def test_subscription_session_when_paid_starts_a_period_on_its_item(client):
    wanted = subscribing(
        1000, subscription_data={"metadata": {"signup": "9"}}, client_reference_id="signup-9"
    )
    session = client.checkout.sessions.create(wanted)

    pay(session.url)

    expand = ["subscription.latest_invoice.payments", "subscription.default_payment_method"]
    paid = client.checkout.sessions.retrieve(session.id, {"expand": expand})
    subscription, invoice = paid.subscription, paid.subscription.latest_invoice
    item = subscription["items"].data[0]
    assert (paid.status, paid.client_reference_id, paid.invoice) == ("complete", "signup-9", invoice.id)
    assert (subscription.status, subscription.customer) == ("active", paid.customer)
    assert subscription.metadata.to_dict() == {"signup": "9"}
    assert 28 * DAY <= item.current_period_end - item.current_period_start <= 31 * DAY
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == (
        "paid",
        1000,
        "subscription_create",
    )
    details = invoice.parent.subscription_details
    assert (details.subscription, details.metadata.to_dict()) == (subscription.id, {"signup": "9"})
    [payment] = invoice.payments.data
    assert client.payment_intents.retrieve(payment.payment.payment_intent).amount_received == 1000
    assert subscription.default_payment_method.card.last4 == "4242"


def test_subscription_session_when_paid_tells_the_whole_story_in_events(client):
    session = client.checkout.sessions.create(subscribing())
    pay(session.url)

    paid = client.checkout.sessions.retrieve(session.id)

    assert events_about(client, paid.subscription) == [
        "customer.subscription.created",
        "customer.subscription.updated",
    ]
    assert events_about(client, paid.invoice) == [
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    assert events_about(client, session.id) == ["checkout.session.completed"]


def test_declined_card_charges_nothing_and_another_card_pays(client):
    session = client.checkout.sessions.create(one_time())

    declined = pay(session.url, number="4000000000000002")
    after_decline = client.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    paid = pay(session.url)

    assert (declined.status, declined.value("name"), declined.value("cvc")) == (200, "Ada Lovelace", "")
    assert "Your card was declined. Nothing was charged." in declined.text
    assert (after_decline.status, after_decline.payment_intent.amount_received) == ("open", 0)
    assert after_decline.payment_intent.last_payment_error.decline_code == "generic_decline"
    charges = client.charges.list({"payment_intent": after_decline.payment_intent.id}).data
    assert (paid.status, [charge.status for charge in charges]) == (303, ["succeeded", "failed"])


def test_declined_subscription_leaves_no_subscription_behind(client):
    session = client.checkout.sessions.create(subscribing())

    pay(session.url, number="4000000000000341")

    declined = client.checkout.sessions.retrieve(session.id)
    assert (declined.status, declined.subscription, declined.invoice) == ("open", None, None)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("4000000000009995", "Your card has insufficient funds."),
        ("4000000000000069", "Your card has expired."),
        ("4000000000000127", "Your card's security code is incorrect."),
        ("4111111111111111", "Your request was in test mode, but used a non test card."),
    ],
)
def test_refused_card_says_why(client, number, words):
    session = client.checkout.sessions.create(one_time())
    assert words in pay(session.url, number=number).text


def test_three_d_secure_when_completed_pays(client):
    session = client.checkout.sessions.create(subscribing())

    asked = pay(session.url, number="4000002500003155")
    waiting = client.checkout.sessions.retrieve(session.id)
    question = visit(session.url.split("/c/")[0] + asked.location)
    answered = visit(session.url.split("/c/")[0] + asked.location, {"outcome": "complete"})

    paid = client.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (asked.status, waiting.status) == (303, "open")
    assert "€10.00 from your Visa card ending in 3155" in question.text
    assert answered.location == SUCCESS.replace("{CHECKOUT_SESSION_ID}", session.id)
    assert (paid.status, paid.subscription.status) == ("complete", "active")


def test_three_d_secure_when_failed_returns_to_the_form_with_a_reason(client):
    session = client.checkout.sessions.create(one_time())
    base = session.url.split("/c/")[0]

    asked = pay(session.url, number="4000002760003184")
    answered = visit(base + asked.location, {"outcome": "fail"})
    form = visit(base + answered.location)

    assert answered.location == f"/c/pay/{session.id}"
    assert "Your bank could not confirm that it was you. Nothing was charged." in form.text
    assert client.checkout.sessions.retrieve(session.id).status == "open"
    assert pay(session.url).status == 303


def test_three_d_secure_then_declined_charges_nothing(client):
    session = client.checkout.sessions.create(one_time())
    base = session.url.split("/c/")[0]

    asked = pay(session.url, number="4000008260003178")
    answered = visit(base + asked.location, {"outcome": "complete"})

    assert "insufficient funds" in visit(base + answered.location).text
    assert client.checkout.sessions.retrieve(session.id).payment_status == "unpaid"


def test_pay_pressed_many_times_at_once_charges_once(client):
    session = client.checkout.sessions.create(one_time())

    with ThreadPoolExecutor(10) as crowd:
        pages = list(crowd.map(lambda _: pay(session.url), range(10)))

    intent = client.checkout.sessions.retrieve(session.id).payment_intent
    assert {page.location for page in pages} == {SUCCESS.replace("{CHECKOUT_SESSION_ID}", session.id)}
    assert len(client.charges.list({"payment_intent": intent}).data) == 1


def test_complete_session_when_visited_again_leads_to_the_site(client):
    session = client.checkout.sessions.create(one_time())
    pay(session.url)
    assert visit(session.url).location == SUCCESS.replace("{CHECKOUT_SESSION_ID}", session.id)


def test_expired_session_says_so_and_takes_no_money(client):
    session = client.checkout.sessions.create(one_time())
    expired = client.checkout.sessions.expire(session.id)

    page = pay(session.url)

    assert (expired.status, expired.url) == ("expired", None)
    assert (page.status, "This checkout has expired" in page.text, CANCEL in page.html) == (410, True, True)
    assert events_about(client, session.id) == ["checkout.session.expired"]
    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        client.checkout.sessions.expire(session.id)


def test_session_that_does_not_exist_is_not_found(sandbox):
    assert visit(f"{sandbox.base_url}/c/pay/cs_test_nothing").status == 404


def test_trial_when_started_charges_nothing_and_ends_after_its_days(client):
    session = client.checkout.sessions.create(subscribing(subscription_data={"trial_period_days": 14}))

    pay(session.url)

    paid = client.checkout.sessions.retrieve(session.id, {"expand": ["subscription.latest_invoice"]})
    item = paid.subscription["items"].data[0]
    assert (paid.payment_status, paid.amount_total) == ("no_payment_required", 0)
    assert (paid.subscription.status, paid.subscription.latest_invoice.amount_paid) == ("trialing", 0)
    assert item.current_period_end - item.current_period_start == 14 * DAY


def test_two_lines_make_two_items_and_what_is_bought_once_is_billed_once(client):
    lines = subscribing(1000)["line_items"] + subscribing(60, name="Fees")["line_items"]
    lines += one_time(500, name="Tote bag")["line_items"]
    session = client.checkout.sessions.create(subscribing(line_items=lines))
    assert (session.amount_total, "Tote bag" in visit(session.url).text) == (1560, True)

    pay(session.url)

    paid = client.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "invoice"]})
    items = paid.subscription["items"].data
    assert [item.price.unit_amount for item in items] == [1000, 60]
    assert sorted(line.amount for line in paid.invoice.lines.data) == [60, 500, 1000]
    assert client.invoices.create_preview({"subscription": paid.subscription.id}).amount_due == 1060


def test_price_in_another_currency_is_charged_in_it(client):
    product = client.products.create({"name": "Supporter"})
    options = {"usd": {"unit_amount": 1200}, "jpy": {"unit_amount": 1500}}
    price = client.prices.create(
        {"product": product.id, "currency": "eur", "unit_amount": 1000, "currency_options": options}
    )
    lines = [{"price": price.id, "quantity": 2}]

    session = client.checkout.sessions.create(one_time(line_items=lines) | {"currency": "jpy"})

    assert (session.amount_total, session.currency) == (3000, "jpy")
    assert "Pay ¥3,000" in visit(session.url).text


def test_line_items_are_listed_with_their_price(client):
    session = client.checkout.sessions.create(one_time(2500, name="A gift"))
    [item] = client.checkout.sessions.line_items.list(session.id).data
    assert (item.description, item.amount_total, item.quantity, item.price.unit_amount) == (
        "A gift",
        2500,
        1,
        2500,
    )


def test_customer_given_is_charged_and_keeps_the_email(client):
    customer = client.customers.create({"email": "grace@example.org"})
    session = client.checkout.sessions.create(subscribing(customer=customer.id))

    form = visit(session.url)
    pay(session.url, email="someone.else@example.org")

    paid = client.checkout.sessions.retrieve(session.id)
    assert "grace@example.org" in form.text
    assert 'name="email"' not in form.html
    assert (paid.customer, paid.customer_details.email) == (customer.id, "grace@example.org")


def test_customer_creation_always_makes_a_customer_for_a_payment(client):
    session = client.checkout.sessions.create(one_time(customer_creation="always"))
    pay(session.url)
    paid = client.checkout.sessions.retrieve(session.id, {"expand": ["customer"]})
    assert (paid.customer.email, paid.customer.name) == ("ada@example.org", "Ada Lovelace")


@pytest.mark.parametrize(
    ("wanted", "param"),
    [
        (one_time(mode=None), "mode"),
        (one_time(success_url=None), "success_url"),
        (one_time(line_items=[]), "line_items"),
        (one_time(success_url="nowhere"), "success_url"),
        (one_time(customer_email="nobody"), "customer_email"),
        (one_time(10), "amount"),
        (one_time(expires_at=int(time.time()) + 60), "expires_at"),
        (one_time(subscription_data={"metadata": {"a": "b"}}), "subscription_data"),
        (one_time(line_items=subscribing()["line_items"]), "line_items"),
        (subscribing(line_items=one_time()["line_items"]), "line_items"),
        (
            subscribing(line_items=subscribing()["line_items"] + subscribing(interval="year")["line_items"]),
            "line_items",
        ),
        (one_time(discounts=[{"coupon": "nothing"}]), "discounts[0][coupon]"),
        (one_time(discounts=[{"promotion_code": "promo_1"}]), "discounts"),
    ],
)
def test_session_with_an_impossible_wish_is_refused(client, wanted, param):
    wanted = {name: value for name, value in wanted.items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.checkout.sessions.create(wanted)
    assert refusal.value.param == param


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": "4242 4242 4242 4241"}, "That is not a card number."),
        ({"number": ""}, "Enter your card number."),
        ({"expiry": "01 / 20"}, "This card has expired."),
        ({"expiry": "13 / 34"}, "The month must be between 01 and 12."),
        ({"expiry": "soon"}, "Enter month and year, like 04 / 28."),
        ({"cvc": "1"}, "Enter the 3 or 4 digits."),
        ({"name": ""}, "Enter the name on the card."),
        ({"email": "ada"}, "Enter an email address"),
    ],
)
def test_field_with_a_mistake_is_named_and_nothing_is_tried(client, changes, words):
    session = client.checkout.sessions.create(one_time())

    page = pay(session.url, **changes)

    assert words in page.text
    assert 'role="alert"' in page.html
    assert 'aria-invalid="true"' in page.html
    assert client.checkout.sessions.retrieve(session.id).payment_intent is None


def test_every_page_allows_no_script_and_nothing_foreign(client, sandbox):
    session = client.checkout.sessions.create(one_time())
    for url in (session.url, sandbox.base_url, f"{sandbox.base_url}/nowhere"):
        page = visit(url)
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
        assert "SANDBOX" in page.text
        assert "<script" not in page.html
        assert "style=" not in page.html


def test_what_was_typed_is_never_taken_for_markup(client):
    session = client.checkout.sessions.create(one_time(name="<b>Gift</b>"))
    page = pay(session.url, name='"><script>', number="4000000000000002")
    assert "<script>" not in page.html
    assert "<b>Gift" not in page.html


def test_lists_tell_what_each_movement_was_for(own_sandbox):
    client = own_sandbox.client().v1
    data = {"metadata": {"groundswell_reference": "gift-7"}}
    given = client.checkout.sessions.create(one_time(payment_intent_data=data))
    joined = client.checkout.sessions.create(
        subscribing(subscription_data={"metadata": {"groundswell_reference": "signup-9"}})
    )
    for session in (given, joined):
        pay(session.url)

    gift, _ = client.balance_transactions.list({"expand": ["data.source"]}).data[::-1]
    [invoice] = client.invoices.list({"expand": ["data.payments"]}).data

    [payment] = invoice.payments.data
    intent = client.payment_intents.retrieve(payment.payment.payment_intent)
    assert gift.source.metadata.to_dict() == {"groundswell_reference": "gift-7"}
    assert invoice.parent.subscription_details.metadata.to_dict() == {"groundswell_reference": "signup-9"}
    assert (payment.amount_paid, intent.amount_received) == (1000, 1000)
