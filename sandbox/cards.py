"""Stripe's test cards: what each number does. Numbers follow https://docs.stripe.com/testing."""

from dataclasses import dataclass, replace

from sandbox.errors import CardError
from sandbox.types import Json

DECLINES = {
    "generic_decline": ("card_declined", "Your card was declined."),
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
    "lost_card": ("card_declined", "Your card was declined."),
    "stolen_card": ("card_declined", "Your card was declined."),
    "fraudulent": ("card_declined", "Your card was declined."),
    "expired_card": ("expired_card", "Your card has expired."),
    "incorrect_cvc": ("incorrect_cvc", "Your card's security code is incorrect."),
    "processing_error": (
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
}


@dataclass(frozen=True)
class Card:
    """A test card and how it behaves. The number itself is never kept."""

    last4: str
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    decline: str | None = None
    is_refused_on_attach: bool = False
    challenge: str = "never"
    """When the bank asks for 3-D Secure: never, once (until set up), always."""
    dispute: str | None = None
    """Why its holder disputes every charge at once; `inquiry` stands for a bank that merely asks."""
    is_available_at_once: bool = False
    refund: str = "succeeds"
    """What becomes of a refund to it: succeeds, waits (and succeeds), fails_later (having seemed to succeed)."""

    def refusal(self) -> CardError:
        """Build the decline this card answers with."""
        reason = self.decline or "generic_decline"
        code, message = DECLINES[reason]
        decline_code = reason if code == "card_declined" else None
        return CardError(message, code=code, decline_code=decline_code, **advice(reason))


def advice(decline: str) -> Json:
    """Return what the network says about trying again."""
    final = decline in ("lost_card", "stolen_card", "fraudulent")
    return {"advice_code": "do_not_try_again" if final else "try_again_later"}


_DECLINED = Card("0002", decline="generic_decline", is_refused_on_attach=True)

NUMBERS = {
    "4242424242424242": Card("4242"),
    "4000056655665556": Card("5556", funding="debit"),
    "5555555555554444": Card("4444", "mastercard"),
    "2223003122003222": Card("3222", "mastercard"),
    "5200828282828210": Card("8210", "mastercard", funding="debit"),
    "5105105105105100": Card("5100", "mastercard", funding="prepaid"),
    "378282246310005": Card("0005", "amex"),
    "371449635398431": Card("8431", "amex"),
    "6011111111111117": Card("1117", "discover"),
    "3056930009020004": Card("0004", "diners"),
    "3566002020360505": Card("0505", "jcb"),
    "6200000000000005": Card("0005", "unionpay"),
    "4000002760000016": Card("0016", country="DE"),
    "4000008260000000": Card("0000", country="GB"),
    "4000002500000003": Card("0003", country="FR"),
    "4000000000000077": Card("0077", is_available_at_once=True),
    "4000003720000278": Card("0278", country="CA", is_available_at_once=True),
    "4000000000000259": Card("0259", dispute="fraudulent"),
    "4000000000002685": Card("2685", dispute="product_not_received"),
    "4000000000001976": Card("1976", dispute="inquiry"),
    "4000000000007726": Card("7726", refund="waits"),
    "4000000000005126": Card("5126", refund="fails_later"),
    "4000000000000002": _DECLINED,
    "4000000000009995": replace(_DECLINED, last4="9995", decline="insufficient_funds"),
    "4000000000009987": replace(_DECLINED, last4="9987", decline="lost_card"),
    "4000000000009979": replace(_DECLINED, last4="9979", decline="stolen_card"),
    "4000000000000069": replace(_DECLINED, last4="0069", decline="expired_card"),
    "4000000000000127": replace(_DECLINED, last4="0127", decline="incorrect_cvc"),
    "4000000000000119": replace(_DECLINED, last4="0119", decline="processing_error"),
    "4100000000000019": replace(_DECLINED, last4="0019", decline="fraudulent"),
    "4000000000000341": Card("0341", decline="generic_decline"),
    "4000002500003155": Card("3155", country="FR", challenge="once"),
    "4000002760003184": Card("3184", country="DE", challenge="always"),
    "4000003800000446": Card("0446", country="GB", challenge="once"),
    "4000000000003220": Card("3220", challenge="always"),
    "4000008260003178": Card("3178", country="GB", challenge="always", decline="insufficient_funds"),
    "4000008400001629": Card("1629", challenge="always", decline="generic_decline"),
}

_NAMES = {
    "visa": "4242424242424242",
    "visa_debit": "4000056655665556",
    "mastercard": "5555555555554444",
    "mastercard_debit": "5200828282828210",
    "mastercard_prepaid": "5105105105105100",
    "amex": "378282246310005",
    "discover": "6011111111111117",
    "diners": "3056930009020004",
    "jcb": "3566002020360505",
    "unionpay": "6200000000000005",
    "de": "4000002760000016",
    "gb": "4000008260000000",
    "fr": "4000002500000003",
    "bypassPending": "4000000000000077",
    "bypassPendingInternational": "4000003720000278",
    "createDispute": "4000000000000259",
    "createDisputeProductNotReceived": "4000000000002685",
    "createDisputeInquiry": "4000000000001976",
    "pendingRefund": "4000000000007726",
    "refundFail": "4000000000005126",
    "chargeDeclined": "4000000000000002",
    "visa_chargeDeclined": "4000000000000002",
    "chargeDeclinedInsufficientFunds": "4000000000009995",
    "visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "visa_chargeDeclinedLostCard": "4000000000009987",
    "visa_chargeDeclinedStolenCard": "4000000000009979",
    "chargeDeclinedExpiredCard": "4000000000000069",
    "chargeDeclinedIncorrectCvc": "4000000000000127",
    "chargeDeclinedProcessingError": "4000000000000119",
    "chargeDeclinedFraudulent": "4100000000000019",
    "chargeCustomerFail": "4000000000000341",
    "authenticationRequired": "4000002760003184",
    "authenticationRequiredOnSetup": "4000002500003155",
    "authenticationRequiredSetupForOffSession": "4000003800000446",
    "authenticationRequiredChargeDeclinedInsufficientFunds": "4000008260003178",
    "threeDSecure2Required": "4000000000003220",
    "threeDSecureRequired": "4000000000003220",
    "threeDSecureRequiredChargeDeclined": "4000008400001629",
}

TOKENS = {f"{prefix}{name}": number for name, number in _NAMES.items() for prefix in ("pm_card_", "tok_")}
"""Ready-made payment methods and tokens (`pm_card_visa`, `tok_visa`) to card numbers."""


def digits(number: str) -> str:
    """Strip the spaces and dashes people type."""
    return "".join(character for character in number if character not in " -")


def is_plausible(number: str) -> bool:
    """Tell whether the digits pass the Luhn check."""
    if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19):
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
