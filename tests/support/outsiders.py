"""Programs that we did not write read our journal, and say what is on each account: hledger and beancount."""

import json
import subprocess
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from beancount import loader
from beancount.core import data

Balances = dict[tuple[str, str], Decimal]
"""Major units by account and currency; none of zero."""


class Refused(Exception):
    """The program found something wrong with the journal."""


def hledger_balances(path: Path) -> Balances:
    """What hledger makes of the file, with all of its checks. Raises Refused."""
    _hledger(path, "check", "--strict", "ordereddates")
    told = _hledger(path, "balance", "--flat", "--no-total", "--output-format", "json")
    rows, _total = json.loads(told, parse_float=Decimal)
    return {
        (row[0], amount["acommodity"]): _exact(amount["aquantity"])
        for row in rows
        for amount in row[3]
        if amount["aquantity"]["decimalMantissa"]
    }


def _exact(quantity: dict) -> Decimal:
    return Decimal(quantity["decimalMantissa"]).scaleb(-quantity["decimalPlaces"])


def _hledger(path: Path, command: str, *arguments: str) -> str:
    run = subprocess.run(
        ["hledger", command, *arguments, "-f", path], capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise Refused(run.stderr)
    return run.stdout


def beancount_balances(path: Path) -> Balances:
    """What beancount makes of the file, by its loader with all of its checks. Raises Refused."""
    entries, errors, _ = loader.load_file(str(path))
    if errors:
        raise Refused("\n".join(each.message for each in errors))
    sums: Balances = defaultdict(Decimal)
    for entry in data.filter_txns(entries):
        for posting in entry.postings:
            sums[posting.account, posting.units.currency] += posting.units.number
    return {key: total for key, total in sums.items() if total}


OUTSIDERS = {"hledger": hledger_balances, "beancount": beancount_balances}
