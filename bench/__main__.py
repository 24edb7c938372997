"""`make bench`: acknowledging webhooks, beside the lean limit, on a PostgreSQL and a Redis of its own."""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import psycopg

from bench import events, load
from bench.machine import machine
from bench.serving import ROOT, gunicorn
from scripts.servers import ServerError, Servers, install, running

PER_SECOND = 50
LIMIT = "lean limit"


@dataclass(frozen=True)
class Case:
    """An application, as one row of the table."""

    name: str
    application: str
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Round:
    """One measurement of a case: at full load, and at PER_SECOND."""

    per_second: float
    full_cpu: float
    full_p99: float
    paced_cpu: float
    paced_p50: float
    paced_p99: float
    failures: int


def main() -> None:
    """Prints each round as it comes, and the table of medians."""
    options = _options()
    install()
    with running(is_durable=True) as servers:
        cases = _cases(servers)
        _prepare(servers, cases)
        rounds: dict[str, list[Round]] = {case.name: [] for case in cases}
        # In turns, so that what else this machine does troubles all alike.
        for number in range(options.rounds):
            for case in cases:
                rounds[case.name].append(_measure(case, options))
                print(f"round {number + 1}, {case.name}: {rounds[case.name][-1]}", file=sys.stderr)
    print(_table(rounds))
    print(f"\n{machine()}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--full-seconds", type=float, default=6)
    parser.add_argument("--paced-seconds", type=float, default=15)
    return parser.parse_args()


def _cases(servers: Servers) -> list[Case]:
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    limit = bare | {"DATABASE_URL": servers.postgres.url, "STRIPE_WEBHOOK_SECRET": events.SECRET}
    ours = limit | {
        "ENV_FILE": os.devnull,
        "SECRET_KEY": "bench",
        "SITE_URL": "http://127.0.0.1:8000",
        "STRIPE_SECRET_KEY": "sk_test_bench",
        "CACHE_URL": f"{servers.redis.url}/0",
        "CELERY_BROKER_URL": f"{servers.redis.url}/1",
        "LOG_LEVEL": "ERROR",
    }
    return [
        Case(LIMIT, "bench.limit", limit),
        Case("Groundswell", "config.wsgi", ours),
        Case("… with the broker down", "config.wsgi", ours | {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}),
    ]


def _prepare(servers: Servers, cases: list[Case]) -> None:
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=cases[-1].environment, check=True)
    with psycopg.connect(servers.postgres.url, autocommit=True) as connection:
        connection.execute((ROOT / "bench" / "limit.sql").read_bytes())


def _measure(case: Case, options: argparse.Namespace) -> Round:
    requests = events.requests()
    with gunicorn(case.application, case.environment) as server:
        load.at_full_load(server.port, requests, seconds=1)
        begun = server.cpu_seconds()
        full = load.at_full_load(server.port, requests, seconds=options.full_seconds)
        between = server.cpu_seconds()
        paced = load.at_pace(server.port, requests, seconds=options.paced_seconds, per_second=PER_SECOND)
        ended = server.cpu_seconds()
    return Round(
        per_second=full.per_second,
        full_cpu=1000 * (between - begun) / len(full.milliseconds),
        full_p99=full.percentile(99),
        paced_cpu=1000 * (ended - between) / len(paced.milliseconds),
        paced_p50=paced.percentile(50),
        paced_p99=paced.percentile(99),
        failures=full.failures + paced.failures,
    )


def _table(rounds: Mapping[str, list[Round]]) -> str:
    columns = ["median (min–max)", "acknowledged/s", "p99, ms", "CPU ms/event", "× limit"]
    columns += [f"at {PER_SECOND}/s: p50, ms", "p99, ms", "CPU ms/event", "× limit", "not 200"]
    lines = [f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
    for name, found in rounds.items():
        limit = rounds[LIMIT]
        cells = [
            name,
            _spread([each.per_second for each in found], 0),
            _spread([each.full_p99 for each in found], 0),
            _spread([each.full_cpu for each in found], 2),
            _ratio([each.full_cpu for each in found], [each.full_cpu for each in limit]),
            _spread([each.paced_p50 for each in found], 1),
            _spread([each.paced_p99 for each in found], 0),
            _spread([each.paced_cpu for each in found], 2),
            _ratio([each.paced_cpu for each in found], [each.paced_cpu for each in limit]),
            str(sum(each.failures for each in found)),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _spread(values: list[float], digits: int) -> str:
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def _ratio(values: list[float], limit: list[float]) -> str:
    return f"{median(values) / median(limit):.2f}"


if __name__ == "__main__":
    try:
        main()
    except ServerError as error:
        sys.exit(str(error))
