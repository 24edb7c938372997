"""From the SDK's subscriptions and invoices to our facts. Asks nobody."""

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta

from payments.enums import Debt, Interval, Rest, Uncharged
from payments.gateway.facts import (
    CardFacts,
    InvoiceFacts,
    NotThereYet,
    SubscriptionFacts,
    UnpaidFacts,
)
from payments.gateway.mapping import id_of, instant, terms

if TYPE_CHECKING:
    import stripe


def invoice(found: Any) -> InvoiceFacts | None:
    """A settled invoice and its period; None if it is not settled, or is about no time at all."""
    if found is None or found.status != "paid":
        return None
    uncharged = None if found.amount_paid else _why_uncharged(found)
    if not (found.amount_paid or uncharged):
        return None
    lines = _telling_lines(found.lines.data)
    prices = [each.pricing for each in lines if each.pricing]
    return InvoiceFacts(
        stripe_id=found.id,
        period_start=instant(min(each.period.start for each in lines)),
        period_end=instant(max(each.period.end for each in lines)),
        amount=found.amount_paid,
        currency=found.currency.upper(),
        settled_at=instant(found.status_transitions.paid_at or found.created),
        is_first=found.billing_reason == "subscription_create",
        product_id=_product_of(prices),
        price_amount=None if any(map(_is_proration, lines)) else sum(each.amount for each in lines),
        uncharged=uncharged,
        finalized_at=instant(found.status_transitions.finalized_at or found.created),
        attempts=found.attempt_count,
    )


_DEBTS = {"open": Debt.OPEN, "uncollectible": Debt.LOST, "void": Debt.VOID}


def unpaid(found: Any) -> UnpaidFacts | None:
    """An invoice that Stripe tried to collect in vain. A first one is none: nothing has begun with it.

    Why it failed is told by its payment intent: `with_failure`.
    """
    state = _DEBTS.get(found.status)
    is_first = found.billing_reason == "subscription_create"
    if state is None or is_first or not (found.attempted and found.attempt_count and found.amount_due):
        return None
    times = found.status_transitions
    settled = {Debt.LOST: times.marked_uncollectible_at, Debt.VOID: times.voided_at}.get(state)
    upcoming = found.next_payment_attempt
    return UnpaidFacts(
        invoice_id=found.id,
        state=state,
        amount=found.amount_remaining if state == Debt.OPEN else found.amount_due,
        currency=found.currency.upper(),
        attempts=found.attempt_count,
        period_start=instant(min(each.period.start for each in _telling_lines(found.lines.data))),
        failed_at=instant(times.finalized_at or found.created),
        settled_at=instant(settled) if settled else None,
        next_attempt_at=instant(upcoming) if upcoming else None,
        page_url=found.hosted_invoice_url or "",
    )


def with_failure(facts: UnpaidFacts, intent: Any, *, read_at: datetime) -> UnpaidFacts | None:
    """The same, with what its payment intent tells of the last try. None: a debit is still under way."""
    if intent.status == "processing":
        return None
    error, charge = intent.last_payment_error, intent.latest_charge
    code = "" if error is None else getattr(error, "decline_code", None) or getattr(error, "code", None) or ""
    is_debit = bool(charge and charge.payment_method_details and charge.payment_method_details.type != "card")
    return replace(
        facts,
        needs_confirmation=intent.status == "requires_action" or code == "authentication_required",
        decline_code=code,
        # A debit comes back days after it was begun, and nothing at Stripe but the event says when.
        failed_at=read_at if is_debit else facts.failed_at,
    )


def _telling_lines(lines: list[Any]) -> list[Any]:
    """Those that say what was bought: whole periods; of a change within one, what is charged for the rest of it."""
    whole = [each for each in lines if not _is_proration(each)]
    return whole or [each for each in lines if each.amount > 0] or lines


def _is_proration(line: Any) -> bool:
    details = line.parent and (line.parent.subscription_item_details or line.parent.invoice_item_details)
    return bool(details and details.proration)


def _product_of(prices: list[Any]) -> str:
    named = [each.price_details.product for each in prices if each.price_details]
    return str(named[0]) if named else ""


def _why_uncharged(found: Any) -> Uncharged | None:
    if any(each.amount > 0 for each in found.lines.data):
        return Uncharged.CREDIT
    # Moving a subscription's next charge makes an empty invoice too; only its first one is a trial.
    return Uncharged.TRIAL if found.billing_reason == "subscription_create" else None


def collecting_intent(found: "stripe.Invoice") -> str | None:
    """The id of the payment intent that tries to pay an open invoice, with its payments expanded."""
    payments = found.payments.data if found.payments else []
    intents = [each.payment.payment_intent for each in payments if each.status == "open"]
    return id_of(intents[-1]) if intents and intents[-1] else None


def paying_intent(found: "stripe.Invoice") -> str:
    """The id of the payment intent that paid the invoice, with its payments expanded."""
    payments = found.payments.data if found.payments else []
    intents = [id_of(each.payment.payment_intent) for each in payments if each.status == "paid"]
    if not intents:
        raise NotThereYet(f"invoice {found.id} has no paid payment")
    return intents[0]


def subscription(found: Any) -> SubscriptionFacts | None:
    if found is None:
        return None
    # Since API 2025-03-31 the period stands on the items.
    items = found["items"].data
    first = items[0].price
    pause = found.pause_collection
    return SubscriptionFacts(
        stripe_id=found.id,
        customer_id=id_of(found.customer),
        status=found.status,
        current_period_start=instant(min(item.current_period_start for item in items)),
        current_period_end=instant(max(item.current_period_end for item in items)),
        is_ending=bool(found.cancel_at_period_end or found.cancel_at) or found.status == "canceled",
        amount=sum((item.price.unit_amount or 0) * (item.quantity or 1) for item in items),
        currency=first.currency.upper(),
        interval=Interval(first.recurring.interval),
        product_id=id_of(first.product),
        price_id=first.id,
        trial_ends_at=instant(found.trial_end) if found.trial_end else None,
        rest=_rest(terms(found.metadata).get("rest", "")),
        is_paused=pause is not None,
        paused_until=instant(pause.resumes_at) if pause and pause.resumes_at else None,
        item_id=items[0].id,
        ending_reason=(found.cancellation_details and found.cancellation_details.reason) or "",
        ended_at=instant(found.ended_at) if found.ended_at else None,
        card=_card_of(found),
    )


def _rest(text: str) -> Rest | None:
    return Rest(text) if text in Rest.values else None


def _card_of(found: Any) -> CardFacts | None:
    """The card that pays, where it was read whole: the subscription's own, or the customer's."""
    customer = found.customer
    settings = None if isinstance(customer, str) else getattr(customer, "invoice_settings", None)
    method = found.default_payment_method or (settings and settings.default_payment_method)
    return card_of(method)


def card_of(method: Any) -> CardFacts | None:
    """The card of a payment method; None if it is another method, its id alone, or nothing."""
    card = None if isinstance(method, str) else getattr(method, "card", None)
    if not card:
        return None
    good = date(card.exp_year, card.exp_month, 1)
    return CardFacts(brand=card.brand, last4=card.last4, expires_on=good + relativedelta(months=1))
