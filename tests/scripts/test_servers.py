"""scripts/servers.py: what a crash of PostgreSQL leaves is all there; a Redis that comes back is empty."""

from contextlib import closing

import psycopg
import pytest
import redis

from scripts import servers
from tests.scripts.conftest import ROOT

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def running():
    with servers.running(is_durable=True) as both:
        yield both


def test_postgres_has_what_it_committed_after_a_crash(running):
    with psycopg.connect(running.postgres.url, autocommit=True) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        connection.execute("CREATE TABLE kept AS SELECT 612 AS members")
        running.postgres.crash()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    running.postgres.start()
    with psycopg.connect(running.postgres.url) as connection:
        assert connection.execute("SELECT members FROM kept").fetchall() == [(612,)]


def test_redis_comes_back_empty_at_the_same_address(running):
    with closing(redis.Redis.from_url(running.redis.url)) as client:
        client.set("kept", "no")
    running.redis.crash()
    running.redis.start()
    with closing(redis.Redis.from_url(running.redis.url)) as client:
        assert client.keys() == []


def test_services_give_their_addresses_and_pass_on_the_exit_status(run):
    ask = 'echo "$TEST_DATABASE_URL $TEST_CACHE_URL $TEST_CELERY_BROKER_URL"; exit 7'
    result = run("scripts/services", "sh", "-c", ask, PATH=f"{ROOT}/.venv/bin:/usr/bin:/bin")
    database, cache, broker = result.stdout.split()
    assert (result.returncode, result.stderr) == (7, "")
    assert database.startswith("postgres://groundswell@127.0.0.1:")
    assert (cache.removesuffix("/0"), broker.removesuffix("/1")) == (cache[:-2], cache[:-2])


def test_services_name_what_is_missing(run, checkout):
    need = checkout / "scripts/need"
    need.write_text("#!/bin/sh\nexit 1\n")
    result = run("scripts/services", "true", PATH=f"{ROOT}/.venv/bin:/usr/bin:/bin")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "postgresql and redis-server needed. As root: apt-get install -y postgresql redis-server\n"
    )
