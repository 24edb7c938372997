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
PUBLISHED = sorted(Path(str(files("billing_e2e") / "scenarios")).glob("*.yml"))


def run_billing_e2e(base, *arguments):
    client, _ = recording_client(base)
    prices = {
        "MONTHLY_PRICE": new_price(client, "month"),
        "UPGRADE_PRICE": new_price(client, "month", 2900),
        "YEARLY_PRICE": new_price(client, "year"),
    }
    config = ["--config", str(SCENARIOS / "billing-e2e.yml")]
    return subprocess.run(
        [sys.executable, "-m", "tests.sandbox.judges.billing_e2e_local", *config, *map(str, arguments)],
        check=False,
        cwd=HERE.parents[2],
        env={**os.environ, **prices, "STRIPE_API_BASE": base, "STRIPE_TEST_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=60,
    )


def new_price(client, interval, amount=900):
    price = {"currency": "eur", "unit_amount": amount, "recurring": {"interval": interval}}
    return client.v1.prices.create({**price, "product_data": {"name": f"Member by the {interval}"}}).id


def test_all_five_published_scenarios_are_there():
    assert len(PUBLISHED) == 5


@pytest.mark.parametrize(
    "scenario",
    [*PUBLISHED, *sorted((SCENARIOS / "ours").iterdir())],
    ids=lambda path: path.stem,
)
def test_scenario_holds(base, scenario):
    outcome = run_billing_e2e(base, "run", scenario)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_nothing_is_left_of_a_run_but_what_is_kept(base):
    client, _ = recording_client(base)

    kept = run_billing_e2e(base, "run", "--keep", SCENARIOS / "ours" / "join-and-leave.yml")
    cleaned = run_billing_e2e(base, "clean")

    assert "deleted billing-e2e Join, then leave" in cleaned.stdout, kept.stdout + cleaned.stderr
    clocks = client.v1.test_helpers.test_clocks.list({"limit": 100}).data
    assert [clock.name for clock in clocks if str(clock.name).startswith("billing-e2e")] == []
