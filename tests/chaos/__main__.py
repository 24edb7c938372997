"""Runs a site through a storm of faults and compares its books with Stripe's afterwards. Exit status 1: they differ.

Usage: python -m tests.chaos [--events 10000] [--seed 1] [--on postgres|sqlite] [--site ours|naive] [--in-peace]
                             [--report FILE] [--keep FOLDER]
"""

import argparse
import json
import os
import signal
import sys
import tempfile
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from scripts import servers
from tests.chaos.summary import summary
from tests.support.sandbox_process import SECRET_KEY, running_sandbox

WEBHOOK_SECRET = "whsec_groundswell_chaos"


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with ExitStack() as ending:
        folder = options.keep or Path(
            ending.enter_context(tempfile.TemporaryDirectory(prefix="groundswell-"))
        )
        running = ending.enter_context(_servers()) if options.on == "postgres" else None
        sandbox = ending.enter_context(running_sandbox())
        _set_environment(folder, running, sandbox.base_url)
        told = _run(options, folder, running, sandbox.base_url)
    if options.report:
        options.report.write_text(told)
        return 0
    report = json.loads(told)
    for finding in report["findings"]:
        sys.stdout.write(f"{finding['fault']}: {finding['subject']}: {finding['message']}\n")
    sys.stdout.write("\n".join([*report["checked"], summary(report)]) + "\n")
    return bool(report["findings"] or report["checked"])


def _servers() -> AbstractContextManager[servers.Servers]:
    servers.install()
    return servers.running(is_durable=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.chaos", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--on", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--site", choices=["ours", "naive"], default="ours")
    parser.add_argument("--in-peace", action="store_true", help="no faults at all")
    parser.add_argument("--report", type=Path, metavar="FILE", help="the report as JSON, and exit status 0")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="logs, mails and all stay there")
    return parser.parse_args()


def _set_environment(folder: Path, running: servers.Servers | None, stripe: str) -> None:
    """Before Django reads it."""
    os.environ |= {
        "SECRET_KEY": "for-tests-only-for-tests-only-for-tests-only-for-tests-only",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": os.devnull,
        "DEBUG": "0",
        "DEMO": "1",
        "SITE_URL": "http://localhost:8000",
        "STRIPE_API_BASE": stripe,
        "STRIPE_SECRET_KEY": SECRET_KEY,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "EMAIL_URL": f"filemail:///{folder / 'mail'}",
        "CELERY_FILESYSTEM_DIR": str(folder / "broker"),
        "LOG_LEVEL": "ERROR",
        "DATABASE_URL": running.postgres.url if running else f"sqlite:///{folder / 'site.sqlite3'}",
        "CACHE_URL": f"{running.redis.url}/0" if running else "locmemcache://",
        "CELERY_BROKER_URL": f"{running.redis.url}/1" if running else "filesystem://",
    }


def _run(options: argparse.Namespace, folder: Path, running: servers.Servers | None, stripe_url: str) -> str:
    import django

    django.setup()
    from demo.seeding.catalogue import seed_catalogue
    from tests.chaos.naive import NaiveSite
    from tests.chaos.ours import OurSite
    from tests.chaos.run import Run
    from tests.chaos.stripe_api import StripeApi

    site = NaiveSite() if options.site == "naive" else OurSite()
    site.set_up()
    seed_catalogue()
    run = Run(site, StripeApi(stripe_url, SECRET_KEY), running, seed=options.seed, folder=folder)
    report = run.go_in_peace(options.events) if options.in_peace else run.go(options.events)
    return report.as_json()


if __name__ == "__main__":
    sys.exit(main())
