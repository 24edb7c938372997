"""`billing-e2e`, written elsewhere for real Stripe accounts, drives the sandbox as it drives Stripe."""

import pytest

from tests.sandbox.judges.billing_e2e import PUBLISHED, SCENARIOS, run_billing_e2e
from tests.sandbox.judges.recording import recording_client

OURS = sorted((SCENARIOS / "ours").iterdir())


def test_all_five_published_scenarios_are_there():
    assert len(PUBLISHED) == 5


@pytest.mark.parametrize("scenario", [*PUBLISHED, *OURS], ids=lambda path: path.stem)
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
