"""The settings of every test run, before Django reads them. What the caller set for services wins; nothing else."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_SERVICES = ("DATABASE_URL", "CACHE_URL", "CELERY_BROKER_URL")
_folder = Path(tempfile.mkdtemp(prefix="groundswell-tests-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

os.environ |= {
    "SECRET_KEY": "for-tests-only-for-tests-only-for-tests-only-for-tests-only",
    "DEBUG": "0",
    "DEMO": "1",
    "ENV_FILE": os.devnull,
    "SITE_URL": "http://localhost:8000",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "STRIPE_SECRET_KEY": "sk_test_groundswell_tests",
    "STRIPE_WEBHOOK_SECRET": "whsec_groundswell_tests",
    "STRIPE_API_BASE": "http://127.0.0.1:9",
    "EMAIL_URL": f"filemail:///{_folder / 'mail'}",
    "CELERY_FILESYSTEM_DIR": str(_folder / "broker"),
    "LOG_LEVEL": "ERROR",
    # Playwright keeps an event loop in the thread of the test, which then reads rows back.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}
for _name, _default in zip(
    _SERVICES, (f"sqlite:///{_folder / 'tests.sqlite3'}", "locmemcache://tests", "filesystem://"), strict=True
):
    os.environ[_name] = os.environ.get(f"TEST_{_name}", _default)
# Workers of one run share neither cache nor broker: one must not empty it, or take the calls, for another.
if _worker := os.environ.get("PYTEST_XDIST_WORKER"):
    for _name, _first in (("CACHE_URL", 2), ("CELERY_BROKER_URL", 8)):
        if os.environ[_name].startswith("redis:"):
            _server = os.environ[_name].rsplit("/", 1)[0]
            os.environ[_name] = f"{_server}/{_first + int(_worker.removeprefix('gw'))}"
