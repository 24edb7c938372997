"""Charges: one for every attempt at a card or a bank account, successful or not."""

from sandbox import balance, disputes
from sandbox.cards import Card
from sandbox.errors import CardError
from sandbox.ids import token
from sandbox.mandates import mandate_of
from sandbox.methods import account_fields, account_of, card_of, instrument_of
from sandbox.types import Json
from sandbox.work import Work

NETWORK_CODES = {"insufficient_funds": "51", "expired_card": "54", "incorrect_cvc": "N7", "lost_card": "41"}


def succeed(work: Work, intent: Json, method: Json, *, is_authenticated: bool) -> Json:
    """Charge the card. Unless only authorised, the balance moves a moment after the charge is announced."""
    is_captured = intent["capture_method"] != "manual"
    charge = _new(work, intent, method) | {
        "amount_captured": intent["amount"] if is_captured else 0,
        "captured": is_captured,
        "payment_method_details": {"card": _card_details(intent, method, is_authenticated), "type": "card"},
    }
    _arrive(work, charge)
    if is_captured:
        settle(work, charge)
    return charge


def begin(work: Work, intent: Json, method: Json) -> Json:
    """Send a debit to the payer's bank, which answers later."""
    charge = _new(work, intent, method) | {
        "id": f"py_{token()}",
        "amount_captured": intent["amount"],
        "captured": True,
        "outcome": _authorised(),
        "status": "pending",
    }
    work.save(charge)
    work.emit("charge.pending", charge)
    return charge


def arrive(work: Work, charge: Json) -> None:
    """The bank has carried out the debit."""
    _arrive(work, charge)
    settle(work, charge)


def settle(work: Work, charge: Json) -> None:
    """Book the captured amount; Stripe does so asynchronously and says `charge.updated`."""
    instrument = instrument_of(work.get("payment_method", charge["payment_method"]))
    booked = balance.record_charge(work, charge, is_available=instrument.is_available_at_once)
    charge["balance_transaction"] = booked["id"]
    work.save(charge)
    work.emit("charge.updated", charge, {"balance_transaction": None})
    if instrument.dispute:
        _dispute(work, charge, instrument.dispute)


def fail(work: Work, intent: Json, method: Json, refusal: CardError) -> Json:
    """Record the attempt that the bank refused."""
    charge = _new(work, intent, method)
    refuse(work, charge, refusal)
    return charge


def refuse(work: Work, charge: Json, refusal: CardError) -> None:
    """The bank takes nothing."""
    charge |= {
        "failure_code": refusal.fields["code"],
        "failure_message": refusal.fields["message"],
        "outcome": _refused(refusal),
        "status": "failed",
    }
    work.save(charge)
    work.emit("charge.failed", charge)


def _arrive(work: Work, charge: Json) -> None:
    receipt = f"{work.base_url}/receipts/{charge['id']}"
    charge |= {"outcome": _authorised(), "paid": True, "receipt_url": receipt, "status": "succeeded"}
    work.save(charge)
    work.emit("charge.succeeded", charge)


def _dispute(work: Work, charge: Json, why: str) -> None:
    is_inquiry = why == "inquiry"
    disputes.open_dispute(work, charge, reason="fraudulent" if is_inquiry else why, is_inquiry=is_inquiry)


def _new(work: Work, intent: Json, method: Json) -> Json:
    return work.draft(
        "charge",
        amount=intent["amount"],
        billing_details=dict(method["billing_details"]),
        calculated_statement_descriptor=intent["statement_descriptor"] or "GROUNDSWELL SANDBOX",
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        fraud_details={},
        metadata=dict(intent["metadata"]),
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=_method_details(work, intent, method),
        receipt_email=intent["receipt_email"],
        shipping=intent["shipping"],
        source=None,
        statement_descriptor=intent["statement_descriptor"],
        statement_descriptor_suffix=intent["statement_descriptor_suffix"],
    )


def _method_details(work: Work, intent: Json, method: Json) -> Json:
    if method["type"] == "card":
        return {"card": _card_details(intent, method, False), "type": "card"}
    account = account_fields(account_of(method)) | {"mandate": mandate_of(work, method)}
    return {"sepa_debit": account, "type": "sepa_debit"}


def _card_details(intent: Json, method: Json, is_authenticated: bool) -> Json:
    card = method["card"]
    shared = (
        "brand",
        "checks",
        "country",
        "exp_month",
        "exp_year",
        "fingerprint",
        "funding",
        "last4",
        "wallet",
    )
    return {name: card[name] for name in shared} | {
        "amount_authorized": intent["amount"],
        "authorization_code": None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": _three_d_secure(card_of(method)) if is_authenticated else None,
    }


def _three_d_secure(card: Card) -> Json:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05" if card.brand == "visa" else "02",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": None,
        "version": "2.2.0",
    }


def _authorised() -> Json:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "Payment complete.",
        "type": "authorized",
    }


def _refused(refusal: CardError) -> Json:
    reason = refusal.fields.get("decline_code") or refusal.fields["code"]
    return _authorised() | {
        "advice_code": refusal.fields.get("advice_code"),
        "network_decline_code": NETWORK_CODES.get(reason, "05"),
        "network_status": "declined_by_network",
        "reason": reason,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }
