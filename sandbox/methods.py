"""Payment methods: a card or a bank account, kept as behaviour and last four digits, never as a number."""

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sandbox.cards import NUMBERS, TOKENS, Card, digits, is_plausible
from sandbox.errors import CardError, MissingError, StripeError, missing_parameter, no_such, not_simulated
from sandbox.ibans import Account, account
from sandbox.types import Json
from sandbox.work import Work

CENTURY = 100


def from_parameters(work: Work, given: Json) -> Json:
    """Create a payment method as Stripe's API describes it, by its `type` (a card if there is none)."""
    kind = given.get("type") or "card"
    if kind not in ("card", "sepa_debit"):
        raise not_simulated("type")
    if not given.get(kind):
        raise missing_parameter(kind)
    about = {"billing": given.get("billing_details"), "metadata": given.get("metadata")}
    if kind == "card":
        return from_card(work, given["card"], **about)
    return from_iban(work, given["sepa_debit"]["iban"], **about)


def from_card(work: Work, card: Json, *, billing: Json | None = None, metadata: Json | None = None) -> Json:
    """Create a payment method from `{number, exp_month, exp_year, cvc}` or `{token}`; CardError if implausible."""
    if "token" in card:
        return from_token(work, card["token"], billing=billing, metadata=metadata)
    known = known_card(str(card.get("number", "")))
    month, year = full_expiry(work, card.get("exp_month"), card.get("exp_year"))
    return _new(work, known, month, year, billing=billing, metadata=metadata, has_cvc=bool(card.get("cvc")))


def from_token(work: Work, token: str, *, billing: Json | None = None, metadata: Json | None = None) -> Json:
    """Create a payment method from `pm_card_visa`, `tok_visa` and their kin."""
    if token not in TOKENS:
        raise no_such("token" if token.startswith("tok_") else "PaymentMethod", token, "payment_method")
    next_year = datetime.fromtimestamp(work.now, UTC).year + 1
    return _new(work, NUMBERS[TOKENS[token]], 8, next_year, billing=billing, metadata=metadata)


def from_iban(work: Work, iban: str, *, billing: Json | None, metadata: Json | None = None) -> Json:
    """Create a payment method from an IBAN; Stripe wants to know whose account it is."""
    for name in ("name", "email"):
        if not (billing or {}).get(name):
            raise missing_parameter(f"billing_details[{name}]")
    found = account(iban)
    return work.new(
        "payment_method",
        type="sepa_debit",
        allow_redisplay="unspecified",
        billing_details=billing_details(billing),
        sepa_debit=account_fields(found) | {"generated_from": {"charge": None, "setup_attempt": None}},
        metadata=metadata or {},
        _account=asdict(found),
    )


def usable(work: Work, identifier: str, *, param: str = "payment_method") -> Json:
    """Return a payment method by id, making a fresh one from a test token."""
    if identifier in TOKENS:
        return from_token(work, identifier)
    method = work.find(identifier)
    if method is None or method["object"] != "payment_method":
        raise MissingError(f"No such PaymentMethod: '{identifier}'", code="resource_missing", param=param)
    return method


def card_of(method: Json) -> Card:
    """Return how the card behind a payment method behaves."""
    return Card(**method["_card"])


def account_of(method: Json) -> Account:
    """Return how the bank account behind a payment method behaves."""
    return Account(**method["_account"])


def instrument_of(method: Json) -> Card | Account:
    """Return how whatever is behind a payment method behaves."""
    return card_of(method) if method["type"] == "card" else account_of(method)


def attach(work: Work, method: Json, customer: Json) -> None:
    """Give the payment method to a customer; cards that decline are refused here, as by Stripe."""
    if method["customer"] == customer["id"]:
        return
    if method["customer"]:
        raise StripeError("The payment method you provided has already been attached to a customer.")
    if method["type"] == "card" and card_of(method).is_refused_on_attach:
        raise card_of(method).refusal()
    method["customer"] = customer["id"]
    work.save(method)
    work.emit("payment_method.attached", method)


def detach(work: Work, method: Json) -> None:
    """Take the payment method away from its customer."""
    previous = {"customer": method["customer"]}
    method["customer"] = None
    work.save(method)
    work.emit("payment_method.detached", method, previous)


def known_card(number: str) -> Card:
    """Return the test card with this number; raise CardError for an implausible or a real-looking one."""
    plain = digits(number)
    if not is_plausible(plain):
        raise CardError("Your card number is incorrect.", code="incorrect_number", param="number")
    if plain not in NUMBERS:
        message = "Your card was declined. Your request was in test mode, but used a non test card."
        raise CardError(message, code="card_declined", decline_code="test_mode_live_card")
    return NUMBERS[plain]


def full_expiry(work: Work, month: Any, year: Any) -> tuple[int, int]:
    """Return month and four-digit year; raise CardError if the card is past its last day."""
    month, year = int(month or 0), int(year or 0)
    today = datetime.fromtimestamp(work.now, UTC)
    year += today.year // CENTURY * CENTURY if year < CENTURY else 0
    if not 1 <= month <= 12:
        raise CardError(
            "Your card's expiration month is invalid.", code="invalid_expiry_month", param="exp_month"
        )
    if (year, month) < (today.year, today.month) or year > today.year + 50:
        raise CardError(
            "Your card's expiration year is invalid.", code="invalid_expiry_year", param="exp_year"
        )
    return month, year


def _new(
    work: Work,
    card: Card,
    month: int,
    year: int,
    *,
    billing: Json | None,
    metadata: Json | None,
    has_cvc: bool = True,
) -> Json:
    return work.new(
        "payment_method",
        type="card",
        allow_redisplay="unspecified",
        billing_details=billing_details(billing),
        card=_card_fields(card, month, year, has_cvc),
        metadata=metadata or {},
        _card=asdict(card),
    )


def _card_fields(card: Card, month: int, year: int, has_cvc: bool) -> Json:
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass" if has_cvc else None,
        },
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": month,
        "exp_year": year,
        "fingerprint": hashlib.sha256(repr(card).encode()).hexdigest()[:16],
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def account_fields(found: Account) -> Json:
    """Build what a payment method and a charge say about a bank account."""
    print_ = hashlib.sha256(repr(found).encode()).hexdigest()[:16]
    return {
        "bank_code": found.bank_code,
        "branch_code": None,
        "country": found.country,
        "fingerprint": print_,
        "last4": found.last4,
    }


EMPTY_ADDRESS = dict.fromkeys(["city", "country", "line1", "line2", "postal_code", "state"])


def billing_details(given: Json | None) -> Json:
    """Complete billing details so that every field is there."""
    given = given or {}
    base: Json = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None} | given
    return base | {"address": EMPTY_ADDRESS | (given.get("address") or {})}
