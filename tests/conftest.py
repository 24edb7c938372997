"""What every test stands on: a database in a file (threads share it), empty caches, plain static files."""

import hypothesis
import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import sync_playwright

from payments import doorbell
from payments.ledger import guards
from tests.support.at_stripe import AtStripe
from tests.support.books import assert_books
from tests.support.browser import ARGUMENTS, CHROMIUM
from tests.support.sandbox_process import SECRET_KEY, running_sandbox
from tests.support.stripe_page import StripePage

hypothesis.settings.register_profile(
    "groundswell",
    deadline=None,
    max_examples=50,
    suppress_health_check=[
        hypothesis.HealthCheck.function_scoped_fixture,
        hypothesis.HealthCheck.too_slow,
    ],
)
hypothesis.settings.load_profile("groundswell")

# Nothing was collected, so no page can ask for a name with a hash in it.
_PLAIN_STATIC_FILES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
_QUICK_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"


@pytest.fixture(scope="session", autouse=True)
def _settings_of_tests(tmp_path_factory):
    nothing_collected = tmp_path_factory.mktemp("static")
    with override_settings(
        STORAGES=_PLAIN_STATIC_FILES, STATIC_ROOT=nothing_collected, PASSWORD_HASHERS=[_QUICK_HASHER]
    ):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """SQLite in a file: in memory, threads would see one connection and no locking at all."""
    if connection.vendor == "sqlite":
        folder = tmp_path_factory.mktemp("database")
        connection.settings_dict["TEST"]["NAME"] = str(folder / "tests.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Transactional tests empty their tables at the end, which the ledger's triggers rightly refuse."""
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def flush_without_guards(self, sql_list):
        guards.remove(self.connection)
        flush(self, sql_list)
        with self.connection.cursor() as cursor:
            cursor.execute(_DROP_FUNCTIONS) if self.connection.vendor == "postgresql" else None
        guards.install(self.connection)

    # On the class: beside Playwright's event loop Django opens a connection of its own.
    operations.execute_sql_flush = flush_without_guards


_DROP_FUNCTIONS = "DROP FUNCTION IF EXISTS groundswell_ledger_refuse, groundswell_ledger_balanced CASCADE"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Browsers last: Playwright keeps an event loop in the main thread, which no other test should meet."""
    items.sort(key=lambda item: "browser" in item.keywords)


@pytest.fixture(scope="session")
def chromium():
    """One Debian Chromium for all; each test opens contexts of its own in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _quiet_bell():
    """What one test rang for shall not be heard in the next."""
    yield
    doorbell.settle(5)


@pytest.fixture
def books(db, monkeypatch):
    """Checks the books when the test is over, with nothing replaced any more."""
    yield
    monkeypatch.undo()
    assert_books()


@pytest.fixture
def time_machine_now():
    """A clock that stands still until it is moved: `.shift(…)`, `.move_to(…)`."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def stripe_page(monkeypatch):
    """Stripe's page opens, without Stripe."""
    page = StripePage()
    monkeypatch.setattr("payments.checkout.open_session", page.open_session)
    return page


@pytest.fixture(scope="session")
def story_sandbox():
    with running_sandbox() as running:
        yield running


@pytest.fixture
def at_stripe(story_sandbox, settings):
    """The sandbox, empty, as the Stripe of our settings."""
    settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = story_sandbox.base_url, SECRET_KEY
    story_sandbox.reset()
    return AtStripe(story_sandbox)
