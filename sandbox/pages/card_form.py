"""The card form: what was typed, and what is wrong with it before any bank is asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.cards import digits, is_plausible
from sandbox.errors import CardError
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
}


@dataclass(frozen=True)
class CardForm:
    """One submission, stripped of surrounding space."""

    email: str = ""
    number: str = ""
    expiry: str = ""
    cvc: str = ""
    name: str = ""

    @classmethod
    def read(cls, form: Mapping[str, str]) -> "CardForm":
        return cls(**{name: form.get(name, "").strip() for name in cls.__dataclass_fields__})

    def problems(self, work: Work, *, wants_email: bool) -> dict[str, str]:
        """Return what is wrong by field, in the order of the page."""
        found = {
            "email": self._email_problem() if wants_email else None,
            "number": self._number_problem(),
            "expiry": self._expiry_problem(work),
            "cvc": None if CVC.fullmatch(self.cvc) else "Enter the 3 or 4 digits.",
            "name": None if self.name else "Enter the name on the card.",
        }
        return {field: problem for field, problem in found.items() if problem}

    def card(self) -> Json:
        """Return the card as Stripe's API takes it; only for a form without problems."""
        month, year = self._month_and_year()
        return {"number": digits(self.number), "exp_month": month, "exp_year": year, "cvc": self.cvc}

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

    def _month_and_year(self) -> tuple[int, int]:
        found = EXPIRY.fullmatch(self.expiry)
        return (int(found[1]), int(found[2])) if found else (0, 0)
