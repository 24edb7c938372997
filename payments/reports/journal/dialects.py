"""How each program wants it written. Amounts in major units, debit positive."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Protocol

from payments.enums import Account
from payments.money import exponent, to_decimal
from payments.reports.journal.accounts import NAMES
from payments.reports.journal.entries import Balances, Line

_SINCE_EVER = date(1970, 1, 1)


class Dialect(Protocol):
    def head(self, currencies: Iterable[str]) -> Iterator[str]:
        """What must be declared before it is used."""

    def transaction(
        self, day: date, title: str, tags: Mapping[str, str], lines: Iterable[Line]
    ) -> Iterator[str]:
        """One entry."""

    def closing(self, last_on: date, balances: Balances) -> Iterator[str]:
        """What must be on each account after the day: the reading program says if it is not."""


class Hledger:
    def head(self, currencies: Iterable[str]) -> Iterator[str]:
        for currency in currencies:
            yield f"commodity 1000.{'0' * exponent(currency)} {currency}"
        yield from (f"account {name}" for name in sorted(NAMES.values()))

    def transaction(
        self, day: date, title: str, tags: Mapping[str, str], lines: Iterable[Line]
    ) -> Iterator[str]:
        yield f"\n{day} * {title}"
        yield from (f"    ; {name}: {text}" for name, text in tags.items())
        yield from (f"    {_account(line.account)}  {_amount(line.amount, line.currency)}" for line in lines)

    def closing(self, last_on: date, balances: Balances) -> Iterator[str]:
        yield f"\n{last_on} * Closing balances"
        for (account, currency), total in balances.items():
            yield f"    {_account(account)}  {_amount(0, currency)} = {_amount(total, currency)}"


class Beancount:
    def head(self, currencies: Iterable[str]) -> Iterator[str]:
        yield from (f"{_SINCE_EVER} commodity {currency}" for currency in currencies)
        yield from (f"{_SINCE_EVER} open {name}" for name in sorted(NAMES.values()))

    def transaction(
        self, day: date, title: str, tags: Mapping[str, str], lines: Iterable[Line]
    ) -> Iterator[str]:
        yield f'\n{day} * "{title}"'
        yield from (f'  {name}: "{text}"' for name, text in tags.items())
        yield from (f"  {_account(line.account)}  {_amount(line.amount, line.currency)}" for line in lines)

    def closing(self, last_on: date, balances: Balances) -> Iterator[str]:
        yield ""
        for (account, currency), total in balances.items():
            # It speaks of a day's beginning, and takes a cent more or less for equal unless told otherwise.
            number = f"{to_decimal(total, currency):f} ~ 0"
            yield f"{last_on + timedelta(days=1)} balance {_account(account)}  {number} {currency}"


def _account(account: str) -> str:
    return NAMES[Account(account)]


def _amount(amount: int, currency: str) -> str:
    return f"{to_decimal(amount, currency):f} {currency}"
