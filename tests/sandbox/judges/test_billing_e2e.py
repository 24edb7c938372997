"""`billing-e2e`, written elsewhere for real Stripe accounts, drives the sandbox as it drives Stripe."""

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from tests.sandbox.judges.recording import KEY, recording_client

HERE = Path(__file__).parent
SCENARIOS = HERE / "billing_e2e_scenarios"


def run_billing_e2e(base, *arguments, before=()):
    client, _ = recording_client(base)
    prices = {"MONTHLY_PRICE": new_price(client, "month"), "YEARLY_PRICE": new_price(client, "year")}
    config = ["--config", str(SCENARIOS / "billing-e2e.yml")]
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.sandbox.judges.billing_e2e_local",
            *before,
            *config,
            "run",
            *map(str, arguments),
        ],
        check=False,
        cwd=HERE.parents[2],
        env={**os.environ, **prices, "STRIPE_API_BASE": base, "STRIPE_TEST_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=60,
    )


def new_price(client, interval):
    price = {"currency": "eur", "unit_amount": 900, "recurring": {"interval": interval}}
    return client.v1.prices.create({**price, "product_data": {"name": f"Member by the {interval}"}}).id


@pytest.mark.parametrize("scenario", sorted((SCENARIOS / "now").iterdir()), ids=lambda path: path.stem)
def test_scenario_without_passing_time_holds(base, scenario):
    outcome = run_billing_e2e(base, scenario, before=["--without-clock"])

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_clock_scenarios_are_refused_until_the_sandbox_has_test_clocks(base):
    """When this fails, the sandbox has learnt clocks: run the tool's own scenarios here instead, expecting exit 0."""
    renewal = files("billing_e2e") / "scenarios" / "renewal.yml"

    outcome = run_billing_e2e(base, renewal)

    assert outcome.returncode == 2
    assert "Unrecognized request URL (GET: /v1/test_helpers/test_clocks)" in outcome.stderr
