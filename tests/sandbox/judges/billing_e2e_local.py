"""Runs `billing-e2e` against the API base in STRIPE_API_BASE, which the tool itself has no option for.

    python -m tests.sandbox.judges.billing_e2e_local run SCENARIO…                     as published, on test clocks
    python -m tests.sandbox.judges.billing_e2e_local --without-clock run SCENARIO…     for steps that advance no time

Its scenarios, steps, checks and report stay its own.
"""

import os
import sys
from functools import partial

import billing_e2e.runner
import stripe
from billing_e2e import cli
from billing_e2e.stripe_ops import StripeRun


class RunWithoutClock(StripeRun):
    """A run on ordinary time: its customer hangs on no test clock, and stays when the run ends."""

    def start(self) -> None:
        """Create the run's customer as the tool does, only without a clock."""
        self._customer = self.client.v1.customers.create(
            {"email": f"billing-e2e+{self.tag}@example.com", "metadata": {"billing_e2e_run": self.tag}}
        )


def main(arguments: list[str]) -> None:
    """Run the tool's command line against the local base."""
    stripe.StripeClient = partial(stripe.StripeClient, base_addresses={"api": os.environ["STRIPE_API_BASE"]})
    if arguments[:1] == ["--without-clock"]:
        arguments = arguments[1:]
        billing_e2e.runner.StripeRun = RunWithoutClock
        cli.confirm_test_mode = lambda client: None
    cli.main(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
