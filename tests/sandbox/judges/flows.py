"""What a site does with Stripe, through the real SDK: together these flows touch every object the sandbox serves."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.request import Request, urlopen

import pytest
import stripe

from tests.sandbox.judges.recipes.runner import call

FLOWS: list[Callable[[stripe.StripeClient, str], None]] = []

URLS = {
    "success_url": "http://127.0.0.1/done?id={CHECKOUT_SESSION_ID}",
    "cancel_url": "http://127.0.0.1/back",
}
MONTHLY = {
    "currency": "eur",
    "unit_amount": 900,
    "recurring": {"interval": "month"},
    "product_data": {"name": "Member"},
}
# Nothing in these flows happens to a balance's owner, so this endpoint is never called.
ENDPOINT = {"url": "http://127.0.0.1:9/", "enabled_events": ["account.updated"]}


def flow(function: Callable[[stripe.StripeClient, str], None]) -> Callable[[stripe.StripeClient, str], None]:
    FLOWS.append(function)
    return function


@flow
def catalogue(client: stripe.StripeClient, base: str) -> None:
    product = client.v1.products.create({"name": "Membership", "metadata": {"tier": "friend"}})
    client.v1.products.update(product.id, {"description": "For friends"})
    options = {"gbp": {"unit_amount": 800}, "jpy": {"unit_amount": 1500}}
    price = {
        "product": product.id,
        "currency": "eur",
        "unit_amount": 900,
        "lookup_key": "friend",
        "transfer_lookup_key": True,
    }
    recurring = {"interval": "year", "interval_count": 1}
    yearly = client.v1.prices.create({**price, "recurring": recurring, "currency_options": options})
    client.v1.prices.retrieve(yearly.id, {"expand": ["product", "currency_options"]})
    client.v1.prices.update(yearly.id, {"nickname": "Friend, yearly"})
    client.v1.prices.create({"currency": "usd", "unit_amount": 500, "product_data": {"name": "Single gift"}})
    client.v1.prices.list({"lookup_keys": ["friend"], "expand": ["data.product"]})
    client.v1.products.list({"limit": 2})
    client.v1.products.delete(client.v1.products.create({"name": "Mistake"}).id)


@flow
def customers(client: stripe.StripeClient, base: str) -> None:
    ada = client.v1.customers.create({"email": "ada@example.com", "name": "Ada", "metadata": {"user": "7"}})
    client.v1.customers.update(ada.id, {"metadata": {"campaign": "birthday"}, "address": {"country": "DE"}})
    client.v1.customers.retrieve(ada.id)
    client.v1.customers.list({"email": "ada@example.com"})
    client.v1.customers.delete(ada.id)
    client.v1.customers.retrieve(ada.id)


@flow
def donation_by_checkout(client: stripe.StripeClient, base: str) -> None:
    price = {"currency": "gbp", "unit_amount": 2500, "product_data": {"name": "Donation"}}
    extras = {
        "submit_type": "donate",
        "client_reference_id": "r-1",
        "payment_intent_data": {"metadata": {"a": "b"}},
    }
    session = client.v1.checkout.sessions.create(
        {"mode": "payment", "line_items": [{"price_data": price, "quantity": 1}], **URLS, **extras}
    )
    pay(base, session.id)
    session = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "customer", "line_items"]}
    )
    client.v1.checkout.sessions.line_items.list(session.id)
    client.v1.checkout.sessions.list({"payment_intent": session.payment_intent.id})
    refund_in_two(client, session.payment_intent.id)


@flow
def membership_by_checkout(client: stripe.StripeClient, base: str) -> None:
    data = {"metadata": {"signup": "42"}}
    price = client.v1.prices.create(MONTHLY)
    session = client.v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "line_items": [{"price": price.id, "quantity": 1}],
            "subscription_data": data,
            **URLS,
        }
    )
    pay(base, session.id)
    session = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "invoice"]})
    wanted = ["latest_invoice.payments", "default_payment_method", "customer"]
    client.v1.subscriptions.retrieve(session.subscription.id, {"expand": wanted})
    read_invoices(client, session.subscription.id)
    client.v1.subscriptions.update(session.subscription.id, {"cancel_at_period_end": True})
    client.v1.subscriptions.cancel(session.subscription.id)


@flow
def checkout_left(client: stripe.StripeClient, base: str) -> None:
    price = client.v1.prices.create(MONTHLY)
    ada = client.v1.customers.create({"email": "ada@example.com"})
    session = client.v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "customer": ada.id,
            "line_items": [{"price": price.id, "quantity": 1}],
            **URLS,
        }
    )
    client.v1.checkout.sessions.expire(session.id)


@flow
def payment_intents(client: stripe.StripeClient, base: str) -> None:
    order = {"amount": 1500, "currency": "jpy", "payment_method_types": ["card"]}
    intent = client.v1.payment_intents.create(order)
    client.v1.payment_intents.update(intent.id, {"metadata": {"note": "later"}})
    client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    with pytest.raises(stripe.CardError):
        client.v1.payment_intents.create(
            {**order, "confirm": True, "payment_method": "pm_card_chargeDeclined"}
        )
    challenged = client.v1.payment_intents.create(
        {**order, "confirm": True, "payment_method": "pm_card_authenticationRequired"}
    )
    client.v1.payment_intents.cancel(challenged.id)
    client.v1.payment_intents.list({"limit": 3})
    client.v1.charges.list({"limit": 3, "expand": ["data.balance_transaction"]})
    client.v1.balance_transactions.list({"limit": 5, "expand": ["data.source"]})


@flow
def cards_on_file(client: stripe.StripeClient, base: str) -> None:
    ada = client.v1.customers.create({"email": "ada@example.com"})
    card = client.v1.payment_methods.attach("pm_card_visa", {"customer": ada.id})
    client.v1.payment_methods.update(card.id, {"metadata": {"note": "hers"}})
    client.v1.customers.payment_methods.list(ada.id)
    client.v1.payment_methods.detach(card.id)
    setup = {"payment_method_types": ["card"], "confirm": True}
    client.v1.setup_intents.create({**setup, "customer": ada.id, "payment_method": "pm_card_visa"})
    with pytest.raises(stripe.CardError):
        client.v1.setup_intents.create({**setup, "payment_method": "pm_card_chargeDeclined"})
    client.v1.setup_intents.cancel(client.v1.setup_intents.create({"payment_method_types": ["card"]}).id)
    client.v1.setup_intents.list({"limit": 3})


@flow
def subscriptions(client: stripe.StripeClient, base: str) -> None:
    price = client.v1.prices.create(MONTHLY)
    subscription = subscribe(client, price.id, "pm_card_visa")
    client.v1.subscriptions.update(subscription.id, {"metadata": {"note": "kept"}})
    client.v1.subscription_items.list({"subscription": subscription.id})
    subscribe(client, price.id, "pm_card_chargeCustomerFail")
    subscribe(client, price.id, "pm_card_threeDSecure2Required")
    client.v1.subscriptions.list({"status": "all", "expand": ["data.latest_invoice"]})


@flow
def months_by_a_test_clock(client: stripe.StripeClient, base: str) -> None:
    start = int(datetime(2030, 1, 31, tzinfo=UTC).timestamp())
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": start, "name": "months"})
    price = client.v1.prices.create(MONTHLY)
    paying = subscribe(client, price.id, "pm_card_visa", test_clock=clock.id)
    failing = subscribe(client, price.id, "pm_card_visa", test_clock=clock.id)
    asking = subscribe(client, price.id, "pm_card_visa", test_clock=clock.id)
    charge_from_now_on(client, failing.customer, "pm_card_chargeCustomerFail")
    charge_from_now_on(client, asking.customer, "pm_card_authenticationRequired")
    paused = subscribe(client, price.id, "pm_card_visa", test_clock=clock.id)
    client.v1.subscriptions.update(paused.id, {"pause_collection": {"behavior": "void"}})
    leaving = subscribe(client, price.id, "pm_card_visa", test_clock=clock.id)
    client.v1.subscriptions.update(leaving.id, {"cancel_at_period_end": True})
    for days in (25, 29, 33, 50):
        client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": start + days * 24 * 60 * 60})
        client.v1.test_helpers.test_clocks.retrieve(clock.id)
        wanted = {"test_clock": clock.id, "status": "all", "expand": ["data.latest_invoice.payments"]}
        client.v1.subscriptions.list(wanted)
    read_invoices(client, paying.id)
    client.v1.customers.list({"test_clock": clock.id})
    client.v1.test_helpers.test_clocks.list({"limit": 3})
    client.v1.test_helpers.test_clocks.delete(clock.id)


@flow
def changed_plans(client: stripe.StripeClient, base: str) -> None:
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": int(datetime.now(UTC).timestamp())})
    cheap = client.v1.prices.create(MONTHLY).id
    dear = client.v1.prices.create({**MONTHLY, "unit_amount": 2900}).id
    subscription = subscribe(client, cheap, "pm_card_visa", test_clock=clock.id)
    week = 7 * 24 * 60 * 60
    client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": clock.frozen_time + week})
    for price, behavior in ((dear, "always_invoice"), (cheap, "always_invoice"), (dear, "create_prorations")):
        item = {"id": subscription["items"].data[0].id, "price": price}
        change = {"items": [item], "proration_behavior": behavior}
        client.v1.invoices.create_preview({"subscription": subscription.id, "subscription_details": change})
        client.v1.subscriptions.update(subscription.id, {**change, "expand": ["latest_invoice"]})
    rest = {"trial_end": clock.frozen_time + 8 * week, "proration_behavior": "none"}
    client.v1.subscriptions.update(subscription.id, {**rest, "expand": ["latest_invoice"]})
    client.v1.invoices.create_preview({"subscription": subscription.id})
    client.v1.invoice_items.list({"customer": subscription.customer})
    client.v1.customers.balance_transactions.list(subscription.customer)


@flow
def offers(client: stripe.StripeClient, base: str) -> None:
    half = {"percent_off": 50, "duration": "repeating", "duration_in_months": 3, "name": "Half price"}
    coupon = client.v1.coupons.create({**half, "max_redemptions": 5, "redeem_by": 1900000000})
    euros = {"amount_off": 200, "currency": "eur", "currency_options": {"usd": {"amount_off": 250}}}
    client.v1.coupons.retrieve(client.v1.coupons.create(euros).id, {"expand": ["currency_options"]})
    client.v1.coupons.update(coupon.id, {"metadata": {"offer": "spring"}})
    client.v1.coupons.list({"limit": 2})
    items = [{"price": client.v1.prices.create(MONTHLY).id, "quantity": 1}]
    wanted = {"mode": "subscription", "line_items": items, "discounts": [{"coupon": coupon.id}], **URLS}
    session = client.v1.checkout.sessions.create(wanted)
    pay(base, session.id)
    deep = [
        "subscription.discounts",
        "invoice.discounts",
        "invoice.total_discount_amounts.discount",
        "line_items",
    ]
    session = client.v1.checkout.sessions.retrieve(session.id, {"expand": deep})
    client.v1.subscriptions.update(session.subscription.id, {"discounts": ""})
    client.v1.coupons.delete(coupon.id)


@flow
def the_portal(client: stripe.StripeClient, base: str) -> None:
    ada = client.v1.customers.create({"email": "ada@example.com"})
    features = {"payment_method_update": {"enabled": True}, "subscription_cancel": {"enabled": False}}
    made = client.v1.billing_portal.configurations.create({"features": features, "name": "Cards"})
    client.v1.billing_portal.configurations.update(
        made.id, {"features": {"invoice_history": {"enabled": True}}}
    )
    client.v1.billing_portal.configurations.list({"limit": 2})
    back = {"type": "redirect", "redirect": {"return_url": "http://127.0.0.1/saved"}}
    flow_data = {"type": "payment_method_update", "after_completion": back}
    wanted = {"customer": ada.id, "return_url": "http://127.0.0.1/back"}
    client.v1.billing_portal.sessions.create(wanted)
    client.v1.billing_portal.sessions.create({**wanted, "configuration": made.id, "flow_data": flow_data})


@flow
def invoices_by_hand(client: stripe.StripeClient, base: str) -> None:
    ada = client.v1.customers.create({"email": "ada@example.com"})
    card = client.v1.payment_methods.attach("pm_card_visa", {"customer": ada.id})
    client.v1.invoice_items.create(
        {"customer": ada.id, "amount": 700, "currency": "eur", "description": "Tote bag"}
    )
    invoice = client.v1.invoices.create({"customer": ada.id, "pending_invoice_items_behavior": "include"})
    client.v1.invoices.finalize_invoice(invoice.id)
    client.v1.invoices.pay(invoice.id, {"payment_method": card.id})
    client.v1.invoice_items.list({"customer": ada.id})


@flow
def refunds_that_do_not_simply_succeed(client: stripe.StripeClient, base: str) -> None:
    for card in ("pendingRefund", "refundFail"):
        intent = client.v1.payment_intents.create(
            {"amount": 5000, "currency": "eur", "payment_method": f"pm_card_{card}", "confirm": True}
        )
        refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 2000})
        switch(base, "refund", {"refund": refund.id, "status": "failed"})
        wanted = ["failure_balance_transaction", "balance_transaction.source"]
        client.v1.refunds.retrieve(refund.id, {"expand": wanted})
    waiting = client.v1.refunds.create({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.cancel(waiting.id)


@flow
def disputes(client: stripe.StripeClient, base: str) -> None:
    for card, words in (("createDispute", "winning_evidence"), ("createDisputeInquiry", "losing_evidence")):
        intent = client.v1.payment_intents.create(
            {"amount": 5000, "currency": "eur", "payment_method": f"pm_card_{card}", "confirm": True}
        )
        [dispute] = client.v1.disputes.list({"payment_intent": intent.id, "expand": ["data.charge"]}).data
        client.v1.disputes.update(dispute.id, {"metadata": {"member": "7"}})
        client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": words}})
        client.v1.disputes.retrieve(dispute.id, {"expand": ["payment_intent"]})
    client.v1.balance.retrieve()


@flow
def debits(client: stripe.StripeClient, base: str) -> None:
    price = client.v1.prices.create(MONTHLY)
    items = [{"price": price.id, "quantity": 1}]
    wanted = ["payment_intent.latest_charge", "subscription", "invoice"]
    for iban, outcome in (("AT321904300235473204", "succeeded"), ("AT051904300235473205", "failed")):
        session = client.v1.checkout.sessions.create({"mode": "subscription", "line_items": items, **URLS})
        holder = {"email": "ada@example.com", "name": "Ada Lovelace"}
        account = {"type": "sepa_debit", "sepa_debit": {"iban": iban}, "billing_details": holder}
        method = client.v1.payment_methods.create(account)
        call(base, "post", f"/v1/payment_pages/{session.id}/confirm", {"payment_method": method.id})
        client.v1.checkout.sessions.retrieve(session.id, {"expand": wanted})
        intent = switch(base, "settle", {"session": session.id, "outcome": outcome})
        client.v1.checkout.sessions.retrieve(session.id, {"expand": wanted})
        charge = client.v1.charges.retrieve(intent["latest_charge"], {"expand": ["balance_transaction"]})
        client.v1.mandates.retrieve(charge.payment_method_details.sepa_debit.mandate)
    disputed = {**account, "sepa_debit": {"iban": "AT591904300235473203"}}
    order = {"amount": 5000, "currency": "eur", "payment_method_data": disputed, "confirm": True}
    intent = client.v1.payment_intents.create(order)
    client.v1.disputes.list({"payment_intent": intent.id})
    paid = {**account, "sepa_debit": {"iban": "AT611904300234573201"}}
    intent = client.v1.payment_intents.create({**order, "payment_method_data": paid})
    client.v1.refunds.create({"payment_intent": intent.id})


@flow
def settlement_in_another_currency(client: stripe.StripeClient, base: str) -> None:
    switch(base, "settlement", {"jpy": {"currency": "eur", "rate": "0.0061"}})
    card = {"payment_method": "pm_card_visa", "confirm": True}
    intent = client.v1.payment_intents.create({"amount": 5000, "currency": "jpy", **card})
    client.v1.refunds.create({"payment_intent": intent.id, "expand": ["balance_transaction"]})
    client.v1.balance_transactions.list({"source": intent.latest_charge, "expand": ["data.source"]})
    switch(base, "settlement", {})


@flow
def payouts(client: stripe.StripeClient, base: str) -> None:
    card = {"payment_method": "pm_card_bypassPending", "confirm": True}
    client.v1.payment_intents.create({"amount": 500000, "currency": "eur", **card})
    by_hand = client.v1.payouts.create({"amount": 1000, "currency": "eur", "description": "Rent"})
    client.v1.payouts.update(by_hand.id, {"metadata": {"month": "May"}})
    client.v1.payouts.cancel(by_hand.id)
    switch(base, "payout", {})
    automatic = client.v1.payouts.list({"limit": 1, "expand": ["data.balance_transaction"]}).data[0]
    client.v1.balance_transactions.list({"payout": automatic.id, "expand": ["data.source"]})
    switch(base, "payout/settle", {"payout": automatic.id, "status": "paid"})
    switch(base, "payout/settle", {"payout": automatic.id, "status": "failed"})
    client.v1.payouts.retrieve(automatic.id, {"expand": ["failure_balance_transaction"]})
    client.v1.balance.retrieve()


@flow
def webhook_endpoints(client: stripe.StripeClient, base: str) -> None:
    endpoint = client.v1.webhook_endpoints.create({**ENDPOINT, "api_version": stripe.api_version})
    client.v1.webhook_endpoints.update(endpoint.id, {"description": "Groundswell"})
    client.v1.webhook_endpoints.list()
    client.v1.webhook_endpoints.delete(endpoint.id)


@flow
def refusals(client: stripe.StripeClient, base: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        client.v1.customers.retrieve("cus_nobody")
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter"):
        client.v1.customers.create({"colour": "red"})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.prices.create({"currency": "eur"})
    with pytest.raises(stripe.AuthenticationError):
        client.v1.customers.list(options={"api_key": "sk_live_never"})
    client.v1.products.create({"name": "Once"}, {"idempotency_key": f"once-{base}"})
    with pytest.raises(stripe.IdempotencyError):
        client.v1.products.create({"name": "Twice"}, {"idempotency_key": f"once-{base}"})


@flow
def events(client: stripe.StripeClient, base: str) -> None:
    """Last, so that it reads what all the others brought about."""
    for number, event in enumerate(client.v1.events.list({"limit": 100}).auto_paging_iter()):
        if number % 50 == 0:
            client.v1.events.retrieve(event.id)


def pay(base: str, session: str) -> None:
    """Pay an open Checkout Session as Stripe's own CLI does, through the API behind the hosted page."""
    method = {"type": "card", "card": {"token": "tok_visa"}, "billing_details": {"email": "ada@example.com"}}
    _, card = call(base, "post", "/v1/payment_methods", method)
    status, answer = call(
        base, "post", f"/v1/payment_pages/{session}/confirm", {"payment_method": card["id"]}
    )
    assert status == 200, answer


def switch(base: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Have the sandbox do what no client of Stripe's can."""
    request = Request(f"{base}/_sandbox/{name}", json.dumps(body).encode())
    request.add_header("Authorization", "Bearer sk_test_judges")
    with urlopen(request, timeout=20) as answer:
        return json.load(answer)


def refund_in_two(client: stripe.StripeClient, intent: str) -> None:
    part = client.v1.refunds.create(
        {"payment_intent": intent, "amount": 1000, "reason": "requested_by_customer"}
    )
    client.v1.refunds.retrieve(part.id, {"expand": ["balance_transaction", "charge"]})
    rest = client.v1.refunds.create({"payment_intent": intent})
    client.v1.refunds.update(rest.id, {"metadata": {"ticket": "9"}})
    client.v1.refunds.list({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": intent})


def read_invoices(client: stripe.StripeClient, subscription: str) -> None:
    invoice = client.v1.invoices.list({"subscription": subscription}).data[0]
    client.v1.invoices.retrieve(
        invoice.id, {"expand": ["payments.data.payment.payment_intent.latest_charge"]}
    )
    client.v1.invoices.line_items.list(invoice.id)
    client.v1.invoice_payments.list({"invoice": invoice.id})


def subscribe(client: stripe.StripeClient, price: str, card: str, **whose: str) -> Any:
    ada = client.v1.customers.create({"email": "ada@example.com", **whose})
    charge_from_now_on(client, ada.id, card)
    return client.v1.subscriptions.create({"customer": ada.id, "items": [{"price": price}]})


def charge_from_now_on(client: stripe.StripeClient, customer: str, card: str) -> None:
    method = client.v1.payment_methods.attach(card, {"customer": customer})
    client.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": method.id}})
