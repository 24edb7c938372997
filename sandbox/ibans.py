"""Stripe's test bank accounts: what each IBAN does. Numbers follow https://docs.stripe.com/testing.

A debit is under way until the bank says what became of it: a moment, or at least three minutes.
"""

from dataclasses import dataclass, replace

from sandbox.errors import CardError, StripeError

LATER = 3 * 60
COUNTRY_FIRST = 4
"""Characters that go to the end for the check: country and check digits."""

# Where the code of the bank stands in an IBAN of that country.
BANK_CODES = {
    "AT": slice(4, 9), "BE": slice(4, 7), "DE": slice(4, 12), "ES": slice(4, 8), "FR": slice(4, 9), "IE": slice(4, 8),
    "IT": slice(5, 10), "NL": slice(4, 8),
}  # fmt: skip

FAILURES = {
    "bank_account_declined": "The bank did not carry out the debit.",
    "charge_exceeds_source_limit": "The payment is more than the account allows in a week.",
    "charge_exceeds_weekly_limit": "The account has been debited too often this week.",
    "insufficient_funds": "There is not enough money on the account.",
}


@dataclass(frozen=True)
class Account:
    """A test account and how debits from it end. The number itself is never kept."""

    failure: str | None = None
    """Why the bank refuses a debit, in Stripe's `failure_code`."""
    delay: int = 0
    """Seconds until the bank says so."""
    dispute: str | None = None
    """Why its holder disputes every debit at once."""
    last4: str = ""
    country: str = ""
    bank_code: str = ""
    refund: str = "waits"
    """What becomes of a refund to it, as in `cards`: it takes its time."""
    is_available_at_once: bool = False

    def refusal(self) -> CardError:
        """Build what Stripe says of a debit that was refused."""
        code = self.failure or "bank_account_declined"
        return CardError(FAILURES[code], code=code, decline_code="generic_decline")


SUCCEEDS, FAILS = Account(), Account(failure="bank_account_declined")

# Each country has an account for each of these ends.
ENDS = {
    "success": SUCCEEDS,
    "success later": replace(SUCCEEDS, delay=LATER),
    "failure": FAILS,
    "failure later": replace(FAILS, delay=LATER),
    "dispute": replace(SUCCEEDS, dispute="debit_not_authorized"),
    "weekly volume": Account(failure="charge_exceeds_source_limit"),
    "weekly number": Account(failure="charge_exceeds_weekly_limit"),
    "no money": Account(failure="insufficient_funds"),
}

NUMBERS = {
    "AT611904300234573201": "success",
    "AT321904300235473204": "success later",
    "AT861904300235473202": "failure",
    "AT051904300235473205": "failure later",
    "AT591904300235473203": "dispute",
    "AT981904300000343434": "weekly volume",
    "AT601904300000121212": "weekly number",
    "AT981904300002222227": "no money",
    "BE62510007547061": "success",
    "BE78510007547064": "success later",
    "BE68539007547034": "failure",
    "BE51510007547065": "failure later",
    "BE08510007547063": "dispute",
    "DE89370400440532013000": "success",
    "DE08370400440532013003": "success later",
    "DE62370400440532013001": "failure",
    "DE78370400440532013004": "failure later",
    "DE35370400440532013002": "dispute",
    "DE65370400440002222227": "no money",
    "FR1420041010050500013M02606": "success",
    "FR3020041010050500013M02609": "success later",
    "FR8420041010050500013M02607": "failure",
    "FR7920041010050500013M02600": "failure later",
    "FR5720041010050500013M02608": "dispute",
    "IE29AIBK93115212345678": "success",
    "IE24AIBK93115212345671": "success later",
    "IE02AIBK93115212345679": "failure",
    "IE94AIBK93115212345672": "failure later",
    "IE51AIBK93115212345670": "dispute",
    "IT40S0542811101000000123456": "success",
    "IT60X0542811101000000123456": "failure",
}

UNUSABLE = {
    "AT271904300000055555": "sepa_debit_bank_not_supported",
    "AT511904300000066666": "sepa_debit_debits_not_supported",
}
"""Accounts that cannot even be kept, with the reason."""


def plain(iban: str) -> str:
    """Strip the spaces and dashes people type."""
    return "".join(character for character in iban.upper() if character not in " -")


def is_plausible(number: str) -> bool:
    """Tell whether a plain IBAN passes its check (ISO 7064, modulo 97)."""
    if not (number.isascii() and number.isalnum() and 15 <= len(number) <= 34 and number[:2].isalpha()):
        return False
    turned = number[COUNTRY_FIRST:] + number[:COUNTRY_FIRST]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def account(iban: str) -> Account:
    """Return the test account with this number; refuse an implausible or a real-looking one."""
    number = plain(iban)
    if not is_plausible(number):
        raise _refused("The IBAN you entered is invalid.", "invalid_bank_account_iban")
    if number in UNUSABLE:
        raise _refused("The bank of this account takes no SEPA debits.", UNUSABLE[number])
    if number not in NUMBERS:
        raise _refused("Only Stripe's test IBANs can be used here.", "bank_account_unusable")
    country = number[:2]
    return replace(
        ENDS[NUMBERS[number]], last4=number[-4:], country=country, bank_code=number[BANK_CODES[country]]
    )


def _refused(message: str, code: str) -> StripeError:
    return StripeError(message, code=code, param="sepa_debit[iban]")
