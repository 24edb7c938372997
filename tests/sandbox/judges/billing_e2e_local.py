"""Runs `billing-e2e` against the API base in STRIPE_API_BASE, which the tool itself has no option for.

    python -m tests.sandbox.judges.billing_e2e_local run SCENARIO…

Its scenarios, steps, checks and report stay its own.
"""

import os
import sys
from functools import partial

import stripe
from billing_e2e import cli


def main(arguments: list[str]) -> None:
    """Run the tool's command line against the local base."""
    stripe.StripeClient = partial(stripe.StripeClient, base_addresses={"api": os.environ["STRIPE_API_BASE"]})
    cli.main(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
