"""Identifiers that look like Stripe's: a prefix that names the kind, then letters and digits."""

import os
import string

ALPHABET = string.ascii_letters + string.digits
LENGTH = 24
SESSION_LENGTH = 58

PREFIXES = {
    "balance_transaction": "txn_",
    "billing_portal.configuration": "bpc_",
    "billing_portal.session": "bps_",
    "charge": "ch_",
    "checkout.session": "cs_test_",
    "coupon": "",
    "customer": "cus_",
    "customer_balance_transaction": "cbtxn_",
    "discount": "di_",
    "dispute": "du_",
    "event": "evt_",
    "invoice": "in_",
    "invoice_payment": "inpay_",
    "invoiceitem": "ii_",
    "item": "li_",
    "line_item": "il_",
    "mandate": "mandate_",
    "payment_intent": "pi_",
    "payment_method": "pm_",
    "payout": "po_",
    "price": "price_",
    "product": "prod_",
    "refund": "re_",
    "setup_intent": "seti_",
    "subscription": "sub_",
    "subscription_item": "si_",
    "test_helpers.test_clock": "clock_",
    "webhook_endpoint": "we_",
}

# Every byte value to a character: quicker than drawing one by one, and as hard to guess.
_CHARACTERS = bytes(ord(ALPHABET[value % len(ALPHABET)]) for value in range(256))


def new_id(kind: str) -> str:
    """Mint an identifier for an object of this kind."""
    return PREFIXES[kind] + token(SESSION_LENGTH if kind == "checkout.session" else LENGTH)


def token(length: int = LENGTH) -> str:
    """Return unguessable letters and digits."""
    return os.urandom(length).translate(_CHARACTERS).decode()
