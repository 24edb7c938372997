"""Runs `billing-e2e` from PyPI in a process of its own, against any API base."""

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from tests.sandbox.judges.recording import KEY, recording_client

HERE = Path(__file__).parent
SCENARIOS = HERE / "billing_e2e_scenarios"
CONFIG = SCENARIOS / "billing-e2e.yml"
PUBLISHED = sorted(Path(str(files("billing_e2e") / "scenarios")).glob("*.yml"))
"""The five scenarios that the tool comes with."""


def run_billing_e2e(base, *arguments, config=CONFIG, amounts=(900, 2900)):
    """Run the tool's command line; its scenarios find a monthly, a dearer and a yearly price under `vars`."""
    client, _ = recording_client(base)
    monthly, dearer = amounts
    prices = {
        "MONTHLY_PRICE": new_price(client, "month", monthly),
        "UPGRADE_PRICE": new_price(client, "month", dearer),
        "YEARLY_PRICE": new_price(client, "year", monthly),
    }
    tool = [sys.executable, "-m", "tests.sandbox.judges.billing_e2e_local", "--config", str(config)]
    return subprocess.run(
        [*tool, *map(str, arguments)],
        check=False,
        cwd=HERE.parents[2],
        env={**os.environ, **prices, "STRIPE_API_BASE": base, "STRIPE_TEST_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=60,
    )


def new_price(client, interval, amount):
    price = {"currency": "eur", "unit_amount": amount, "recurring": {"interval": interval}}
    return client.v1.prices.create({**price, "product_data": {"name": f"Member by the {interval}"}}).id
