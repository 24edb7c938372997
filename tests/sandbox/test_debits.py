"""SEPA debits: a payer's bank says only later what became of one."""

import urllib.error

import pytest
import stripe

from tests.sandbox.browser import debit, pay, visit
from tests.sandbox.builders import SUCCESS, one_time, subscribing

DELAY = 3 * 60
PAYS, REFUSES = "AT611904300234573201", "AT861904300235473202"
PAYS_LATER, REFUSES_LATER = "AT321904300235473204", "AT051904300235473205"
TAKES_BACK, HAS_NO_MONEY = "AT591904300235473203", "AT981904300002222227"


def opened(client, wanted, iban):
    """A session that was just paid from this account, with what hangs on it."""
    session = client.checkout.sessions.create(wanted)
    page = debit(session.url, iban)
    assert (page.status, page.location) == (303, SUCCESS.replace("{CHECKOUT_SESSION_ID}", session.id))
    return reread(client, session)


def reread(client, session):
    expand = ["payment_intent.latest_charge.balance_transaction", "subscription", "invoice.payments"]
    return client.checkout.sessions.retrieve(session.id, {"expand": expand})


def intent_of(client, session):
    """The payment intent behind a session of either mode."""
    if session.mode == "payment":
        return client.payment_intents.retrieve(session.payment_intent.id)
    [payment] = session.invoice.payments.data
    return client.payment_intents.retrieve(payment.payment.payment_intent)


def method_of(client, iban, name="Ada Lovelace"):
    billing = {"name": name, "email": "ada@example.org"}
    wanted = {"type": "sepa_debit", "sepa_debit": {"iban": iban}, "billing_details": billing}
    return client.payment_methods.create(wanted)


def events_since(client, first):
    """Types of events, oldest first, from the latest one of this type on."""
    types = [event.type for event in client.events.list({"limit": 100}).data]
    return types[: types.index(first) + 1][::-1]


def test_euro_sessions_offer_debits_and_others_do_not(client):
    def offered(**wanted):
        session = client.checkout.sessions.create(one_time(**wanted))
        return session.payment_method_types, "SEPA direct debit" in visit(session.url).text

    assert offered() == (["card", "sepa_debit"], True)
    assert offered(currency="usd") == (["card"], False)
    assert offered(payment_method_types=["card"]) == (["card"], False)
    assert client.checkout.sessions.create(subscribing()).payment_method_types == ["card", "sepa_debit"]


@pytest.mark.parametrize(
    "wanted",
    [
        one_time(currency="usd", payment_method_types=["sepa_debit"]),
        one_time(payment_method_types=["card", "p24"]),
    ],
)
def test_session_with_a_way_to_pay_that_cannot_be_is_refused(client, wanted):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.checkout.sessions.create(wanted)
    assert refusal.value.param == "payment_method_types"


def test_payment_by_debit_is_under_way_before_it_is_paid(own_sandbox):
    client = own_sandbox.client().v1
    data = {"metadata": {"gift": "7"}}

    pending = opened(client, one_time(5000, payment_intent_data=data), PAYS_LATER)
    own_sandbox.switch("clock", {"advance": DELAY - 5})
    early = reread(client, pending)
    own_sandbox.switch("clock", {"advance": 10})

    paid = reread(client, pending)
    before, charge = pending.payment_intent.latest_charge, paid.payment_intent.latest_charge
    money = charge.balance_transaction
    assert (pending.status, pending.payment_status, early.payment_status) == ("complete", "unpaid", "unpaid")
    assert (pending.payment_intent.status, before.status, before.paid) == ("processing", "pending", False)
    assert (before.balance_transaction, before.id[:3]) == (None, "py_")
    assert (paid.payment_status, paid.payment_intent.amount_received) == ("paid", 5000)
    assert (charge.id, charge.status, charge.paid) == (before.id, "succeeded", True)
    assert charge.metadata.to_dict() == {"gift": "7"}
    assert (money.type, money.reporting_category, money.fee, money.net) == ("payment", "charge", 70, 4930)
    assert events_since(client, "payment_intent.created") == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "checkout.session.completed",
        "charge.succeeded",
        "charge.updated",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ]


def test_payment_by_debit_that_the_bank_refuses_later_brings_no_money(own_sandbox):
    client = own_sandbox.client().v1
    pending = opened(client, one_time(), REFUSES_LATER)

    own_sandbox.switch("clock", {"advance": DELAY})

    failed = reread(client, pending)
    intent = failed.payment_intent
    assert (failed.status, failed.payment_status) == ("complete", "unpaid")
    assert (intent.status, intent.latest_charge.status) == ("requires_payment_method", "failed")
    assert intent.last_payment_error.code == "bank_account_declined"
    assert client.balance_transactions.list().data == []
    assert events_since(client, "checkout.session.completed")[1:] == [
        "charge.failed",
        "payment_intent.payment_failed",
        "checkout.session.async_payment_failed",
    ]


@pytest.mark.parametrize(
    ("iban", "status", "failure"),
    [
        (PAYS, "paid", None),
        (REFUSES, "unpaid", "bank_account_declined"),
        (HAS_NO_MONEY, "unpaid", "insufficient_funds"),
    ],
)
def test_bank_that_answers_at_once_still_answers_after_the_session_is_complete(client, iban, status, failure):
    session = opened(client, one_time(), iban)
    told = [one for one in client.events.list({"limit": 20}).data if one.data.object["id"] == session.id]
    completed = told[-1].data.object
    assert (completed.payment_status, session.payment_status) == ("unpaid", status)
    assert session.payment_intent.latest_charge.failure_code == failure
    assert len(told) == 2


def test_subscription_is_active_while_its_first_payment_is_under_way(client, sandbox):
    wanted = subscribing(1000, subscription_data={"metadata": {"signup": "9"}})
    pending = opened(client, wanted, PAYS_LATER)

    sandbox.switch("settle", {"session": pending.id})

    paid = reread(client, pending)
    assert (pending.payment_status, pending.subscription.status) == ("unpaid", "active")
    assert (pending.invoice.status, pending.invoice.amount_paid) == ("open", 0)
    assert pending.invoice.parent.subscription_details.metadata.to_dict() == {"signup": "9"}
    assert (paid.payment_status, paid.subscription.status) == ("paid", "active")
    assert (paid.invoice.status, paid.invoice.amount_paid) == ("paid", 1000)
    assert intent_of(client, paid).status == "succeeded"
    assert events_since(client, "checkout.session.completed")[1:] == [
        "charge.succeeded",
        "charge.updated",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
        "checkout.session.async_payment_succeeded",
    ]


def test_subscription_whose_first_payment_fails_is_past_due_and_its_invoice_open(client, sandbox):
    pending = opened(client, subscribing(), PAYS_LATER)

    sandbox.switch("settle", {"session": pending.id, "outcome": "failed"})

    failed = reread(client, pending)
    assert (failed.payment_status, failed.subscription.status) == ("unpaid", "past_due")
    assert (failed.invoice.status, failed.invoice.attempt_count) == ("open", 1)
    assert events_since(client, "checkout.session.completed")[1:] == [
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.payment_failed",
        "customer.subscription.updated",
        "checkout.session.async_payment_failed",
    ]


def test_renewal_by_debit_is_paid_when_the_bank_says_so(own_sandbox):
    client = own_sandbox.client().v1
    joined = opened(client, subscribing(), PAYS)
    renewed_at = joined.subscription["items"].data[0].current_period_end

    own_sandbox.switch("clock", {"to": renewed_at + 2 * 60 * 60})

    invoices = client.invoices.list({"subscription": joined.subscription.id}).data
    charges = client.charges.list({"customer": joined.customer}).data
    assert [invoice.status for invoice in invoices] == ["paid", "paid"]
    assert [charge.status for charge in charges] == ["succeeded", "succeeded"]
    assert len({charge.payment_method_details.sepa_debit.mandate for charge in charges}) == 1
    assert client.subscriptions.retrieve(joined.subscription.id).status == "active"


def test_switch_beats_what_the_account_has_in_store(client, sandbox):
    doomed = opened(client, one_time(), REFUSES_LATER)
    answer = sandbox.switch("settle", {"payment_intent": doomed.payment_intent.id, "outcome": "succeeded"})
    assert (answer["object"], answer["status"]) == ("payment_intent", "succeeded")
    assert reread(client, doomed).payment_status == "paid"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "Missing required param: payment_intent"),
        ({"session": "cs_none"}, "No such session"),
        ({"payment_intent": "pi_none"}, "No such payment_intent"),
        ({"outcome": "perhaps"}, "Invalid outcome"),
        ({"outcome": "succeeded"}, "has a status of succeeded"),
    ],
)
def test_switch_with_an_impossible_wish_is_refused(client, sandbox, body, words):
    if "outcome" in body:
        body = body | {"payment_intent": opened(client, one_time(), PAYS).payment_intent.id}
    with pytest.raises(urllib.error.HTTPError) as refusal:
        sandbox.switch("settle", body)
    assert words in refusal.value.read().decode()


def test_session_that_nobody_paid_cannot_be_settled(client, sandbox):
    session = client.checkout.sessions.create(one_time())
    with pytest.raises(urllib.error.HTTPError) as refusal:
        sandbox.switch("settle", {"session": session.id})
    assert "Nobody has tried to pay" in refusal.value.read().decode()


def test_debit_under_way_can_be_neither_cancelled_nor_refunded(client):
    intent = opened(client, one_time(), PAYS_LATER).payment_intent
    with pytest.raises(stripe.InvalidRequestError, match="You cannot cancel"):
        client.payment_intents.cancel(intent.id)
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.refunds.create({"payment_intent": intent.id})


def test_debit_that_the_bank_takes_back_is_lost_at_once(client):
    charge = opened(client, one_time(5000), TAKES_BACK).payment_intent.latest_charge
    [dispute] = client.disputes.list({"charge": charge.id}).data
    assert (dispute.status, dispute.reason) == ("lost", "debit_not_authorized")
    assert [one.net for one in dispute.balance_transactions] == [-6500]
    with pytest.raises(stripe.InvalidRequestError, match="has been charged back"):
        client.refunds.create({"charge": charge.id})


def test_bank_does_not_merely_ask_about_a_debit(client, sandbox):
    charge = opened(client, one_time(), PAYS).payment_intent.latest_charge
    with pytest.raises(urllib.error.HTTPError) as refusal:
        sandbox.switch("dispute", {"charge": charge.id, "status": "warning_needs_response"})
    assert "Banks ask about card payments only." in refusal.value.read().decode()
    assert client.charges.retrieve(charge.id).disputed is False


def test_refund_of_a_debit_takes_a_while(client, sandbox):
    charge = opened(client, one_time(), PAYS).payment_intent.latest_charge
    refund = client.refunds.create({"charge": charge.id, "expand": ["balance_transaction"]})
    arrived = sandbox.switch("refund", {"refund": refund.id, "status": "succeeded"})
    moved = refund.balance_transaction
    assert (refund.status, arrived["status"], refund.id[:4]) == ("pending", "succeeded", "pyr_")
    assert (moved.type, moved.reporting_category, moved.amount) == ("payment_refund", "refund", -2500)


def test_mandate_is_given_once_for_an_account(client):
    session = opened(client, subscribing(), PAYS)
    charge = client.charges.retrieve(intent_of(client, session).latest_charge)
    details = charge.payment_method_details
    mandate = client.mandates.retrieve(details.sepa_debit.mandate)
    account = (details.sepa_debit.country, details.sepa_debit.bank_code, details.sepa_debit.last4)
    assert (details.type, account) == ("sepa_debit", ("AT", "19043", "3201"))
    assert (mandate.status, mandate.payment_method) == ("active", charge.payment_method)
    assert "Ada Lovelace allows" in visit(mandate.payment_method_details.sepa_debit.url).text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"iban": ""}, "Enter your IBAN."),
        ({"iban": "AT611904300234573202"}, "That is not an IBAN."),
        ({"iban": "ATÄ11904300234573201"}, "That is not an IBAN."),
        ({"iban": "GB33 BUKB 2020 1555 5555 55"}, "Only Stripe's test IBANs can be used here."),
        ({"iban": "AT271904300000055555"}, "The bank of this account takes no SEPA debits."),
        ({"holder": ""}, "Enter the name of the account holder."),
        ({"email": "ada"}, "Enter an email address"),
    ],
)
def test_field_with_a_mistake_is_named_and_nothing_is_tried(client, changes, words):
    session = client.checkout.sessions.create(one_time())

    page = debit(session.url, **{"iban": PAYS} | changes)

    assert words in page.text
    assert 'aria-invalid="true"' in page.html
    assert client.checkout.sessions.retrieve(session.id).payment_intent is None


def test_session_of_cards_alone_takes_no_debit(client):
    session = client.checkout.sessions.create(one_time(payment_method_types=["card"]))
    page = debit(session.url, PAYS)
    answer = client.checkout.sessions.retrieve(session.id)
    assert "Enter your card number." in page.text
    assert answer.status == "open"


def test_trial_of_cards_alone_takes_no_account(own_sandbox):
    client = own_sandbox.client()
    trial = subscribing(subscription_data={"trial_period_days": 14}, payment_method_types=["card"])
    session = client.v1.checkout.sessions.create(trial)
    account = method_of(client.v1, PAYS).id
    with pytest.raises(stripe.InvalidRequestError, match="is not allowed"):
        client.raw_request("post", f"/v1/payment_pages/{session.id}/confirm", payment_method=account)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_session_of_debits_alone_has_no_card_form(client):
    session = client.checkout.sessions.create(one_time(payment_method_types=["sepa_debit"]))
    page = visit(session.url)
    assert "Card number" not in page.text
    assert pay(session.url).status == 200
    assert opened(client, one_time(payment_method_types=["sepa_debit"]), PAYS).payment_status == "paid"


def test_account_on_file_pays_an_invoice_later(client, sandbox):
    customer = client.customers.create({"email": "ada@example.org"})
    method = client.payment_methods.attach(method_of(client, PAYS_LATER).id, {"customer": customer.id})
    client.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "eur"})
    invoice = client.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})

    client.invoices.finalize_invoice(invoice.id)
    open_ = client.invoices.pay(invoice.id, {"payment_method": method.id, "expand": ["payments"]})
    sandbox.switch("settle", {"payment_intent": open_.payments.data[0].payment.payment_intent})

    assert open_.status == "open"
    assert client.invoices.retrieve(invoice.id).status == "paid"


def test_account_is_saved_without_a_debit(client):
    customer = client.customers.create({"email": "ada@example.org"})
    wanted = {"customer": customer.id, "payment_method": method_of(client, PAYS).id, "confirm": True}
    setup = client.setup_intents.create(wanted | {"payment_method_types": ["sepa_debit"]})
    [method] = client.payment_methods.list({"customer": customer.id}).data
    assert (setup.status, method.type, method.sepa_debit.last4) == ("succeeded", "sepa_debit", "3201")
    assert client.mandates.retrieve(setup.mandate).payment_method == method.id


def test_account_without_a_holder_is_refused(client):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        method_of(client, PAYS, name="")
    assert refusal.value.param == "billing_details[name]"


def test_card_payment_takes_no_debit(client):
    wanted = {"amount": 1000, "currency": "eur", "payment_method_types": ["card"], "confirm": True}
    with pytest.raises(stripe.InvalidRequestError, match="is not allowed for this PaymentIntent"):
        client.payment_intents.create(wanted | {"payment_method": method_of(client, PAYS).id})


def test_history_of_debits_has_long_been_settled(own_sandbox):
    client = own_sandbox.client().v1
    at = 1_767_225_600
    past = [{"at": at, "iban": iban, "session": subscribing()} for iban in (PAYS_LATER, REFUSES_LATER)]
    paid, failed = own_sandbox.switch("history", {"checkouts": past})["sessions"]
    sessions = [client.checkout.sessions.retrieve(one) for one in (paid, failed)]
    [moved] = client.balance_transactions.list({"created": {"lte": at + DELAY}}).data
    assert [session.payment_status for session in sessions] == ["paid", "unpaid"]
    assert (moved.created, moved.type) == (at + DELAY, "payment")
    assert own_sandbox.switch("deliveries")["pending"] == 0
