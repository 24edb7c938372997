"""The payment form: what was typed, and what is wrong with it before any bank is asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox import ibans, methods
from sandbox.cards import digits, is_plausible
from sandbox.errors import CardError, StripeError
from sandbox.methods import full_expiry
from sandbox.types import Json
from sandbox.work import Work

EXPIRY = re.compile(r"(\d{1,2})\s*[/\-. ]?\s*(\d{4}|\d{2})")
CVC = re.compile(r"\d{3,4}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

# Which field a refusal of Stripe's belongs to.
FIELD_OF_CODE = {
    "incorrect_number": "number",
    "invalid_expiry_month": "expiry",
    "invalid_expiry_year": "expiry",
    "expired_card": "expiry",
    "incorrect_cvc": "cvc",
    "invalid_bank_account_iban": "iban",
    "bank_account_unusable": "iban",
    "sepa_debit_bank_not_supported": "iban",
    "sepa_debit_debits_not_supported": "iban",
}


@dataclass(frozen=True)
class PaymentForm:
    """One submission, stripped of surrounding space. `method` is what the payer wants to pay with."""

    method: str = "card"
    email: str = ""
    number: str = ""
    expiry: str = ""
    cvc: str = ""
    name: str = ""
    iban: str = ""
    holder: str = ""

    @classmethod
    def read(cls, form: Mapping[str, str], types: list[str]) -> "PaymentForm":
        """Read what was sent; of the ways to pay, only those that the page offers."""
        typed = {name: form.get(name, "").strip() for name in cls.__dataclass_fields__}
        return cls(**typed | {"method": typed["method"] if typed["method"] in types else types[0]})

    def problems(self, work: Work, *, wants_email: bool) -> dict[str, str]:
        """Return what is wrong by field, in the order of the page."""
        email = {"email": self._email_problem() if wants_email else None}
        found = email | (self._card_problems(work) if self.method == "card" else self._account_problems())
        return {field: problem for field, problem in found.items() if problem}

    def payment_method(self, work: Work, email: str) -> Json:
        """Create what Stripe calls a payment method; only for a form without problems."""
        billing = {"email": email, "name": self.payer}
        if self.method != "card":
            return methods.from_iban(work, self.iban, billing=billing)
        month, year = self._month_and_year()
        card = {"number": digits(self.number), "exp_month": month, "exp_year": year, "cvc": self.cvc}
        return methods.from_card(work, card, billing=billing)

    @property
    def payer(self) -> str:
        """Whose card or account it is."""
        return self.name if self.method == "card" else self.holder

    def _card_problems(self, work: Work) -> dict[str, str | None]:
        return {
            "number": self._number_problem(),
            "expiry": self._expiry_problem(work),
            "cvc": None if CVC.fullmatch(self.cvc) else "Enter the 3 or 4 digits.",
            "name": None if self.name else "Enter the name on the card.",
        }

    def _account_problems(self) -> dict[str, str | None]:
        return {
            "iban": self._iban_problem(),
            "holder": None if self.holder else "Enter the name of the account holder.",
        }

    def _email_problem(self) -> str | None:
        return None if EMAIL.fullmatch(self.email) else "Enter an email address, like name@example.org."

    def _number_problem(self) -> str | None:
        if not self.number:
            return "Enter your card number."
        return None if is_plausible(digits(self.number)) else "That is not a card number. Check the digits."

    def _expiry_problem(self, work: Work) -> str | None:
        if not EXPIRY.fullmatch(self.expiry):
            return "Enter month and year, like 04 / 28."
        try:
            full_expiry(work, *self._month_and_year())
        except CardError as refusal:
            is_month = refusal.fields["code"] == "invalid_expiry_month"
            return "The month must be between 01 and 12." if is_month else "This card has expired."
        return None

    def _iban_problem(self) -> str | None:
        if not self.iban:
            return "Enter your IBAN."
        is_right = ibans.is_plausible(ibans.plain(self.iban))
        return None if is_right else "That is not an IBAN. Check the letters and digits."

    def _month_and_year(self) -> tuple[int, int]:
        found = EXPIRY.fullmatch(self.expiry)
        return (int(found[1]), int(found[2])) if found else (0, 0)


def complaint(refusal: StripeError) -> tuple[dict[str, str], str]:
    """Return what is wrong by field, or else a notice for the whole form."""
    message = refusal.fields["message"]
    field = FIELD_OF_CODE.get(refusal.fields["code"] or "")
    if field:
        return {field: message}, ""
    return {}, f"{message} Nothing was charged. Try another card."
