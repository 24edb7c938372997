"""Brings the demo's data up to date, in one process because starting Django is most of the work of a second run."""

import sys

import django
from django.core.management import call_command


def main(arguments: list[str]) -> None:
    """Makes the tables, collects the static files where asked to and seeds the newsroom."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    if "--collect-static" in arguments:
        call_command("collectstatic", interactive=False, verbosity=0)
    call_command("seed_demo")


if __name__ == "__main__":
    main(sys.argv[1:])
