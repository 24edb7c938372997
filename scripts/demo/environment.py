"""The demo's settings, all in the environment of its processes."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent.parent
SANDBOX_KEY = "sk_test_groundswell_demo"
SANDBOX_SECRET = "whsec_groundswell_sandbox"  # noqa: S105 - signs play money on loopback only


class DemoError(Exception):
    """Why the demo does not start, and what to do: a sentence for a person."""


@dataclass(frozen=True, kw_only=True)
class Demo:
    """One demo: its ports and, where the caller gave one, the key of their own Stripe test account.

    A Stripe account and the sandbox know nothing of each other's objects, so each has a folder of its own.
    """

    port: int
    sandbox_port: int
    stripe_key: str = ""
    webhook_secret: str = ""

    @property
    def folder(self) -> Path:
        return ROOT / "var" / ("demo-stripe" if self.stripe_key else "demo")

    @property
    def ports(self) -> dict[str, int]:
        """The ports it listens on, by the variable that changes each."""
        return {"PORT": self.port} | ({} if self.stripe_key else {"SANDBOX_PORT": self.sandbox_port})

    @property
    def site_url(self) -> str:
        return f"http://localhost:{self.port}"


def read_demo(environ: Mapping[str, str]) -> Demo:
    """What the caller asks for. Raises DemoError for what is no port and for an unfit Stripe key."""
    key = environ.get("STRIPE_SECRET_KEY", "")
    demo = Demo(
        port=_port(environ, "PORT", 8000),
        sandbox_port=_port(environ, "SANDBOX_PORT", 12111),
        stripe_key="" if key == SANDBOX_KEY else key,
        webhook_secret=environ.get("STRIPE_WEBHOOK_SECRET", ""),
    )
    if demo.stripe_key:
        _check_own_key(demo)
    return demo


def _check_own_key(demo: Demo) -> None:
    if not demo.stripe_key.startswith(("sk_test_", "rk_test_")):
        raise DemoError(
            "STRIPE_SECRET_KEY is no test key (sk_test_…), and the demo takes no real money: unset it."
        )
    if not demo.webhook_secret:
        raise DemoError(
            "STRIPE_SECRET_KEY is your own test key, so STRIPE_WEBHOOK_SECRET is needed too, from\n"
            f"    stripe listen --latest --forward-to localhost:{demo.port}/webhooks/stripe/\n"
            "Or unset STRIPE_SECRET_KEY to use the sandbox."
        )


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise DemoError(f"{name}={text} is no port: name a number from 1 to 65535.")
    return int(text)


def settings(demo: Demo) -> dict[str, str]:
    """The environment of the demo's processes: the caller's, and over it every setting the demo owns."""
    own = {
        "PATH": f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
        "ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PORT": str(demo.port),
        "SANDBOX_PORT": str(demo.sandbox_port),
        "DEMO_DIR": str(demo.folder),
        "DEMO": "1",
        "DEBUG": "0",
        "SITE_URL": demo.site_url,
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "SECRET_KEY": _secret_key(demo.folder / "secret-key"),
        "DATABASE_URL": f"sqlite:///{quote(str(demo.folder))}/demo.sqlite3",
        "CACHE_URL": "locmemcache://demo",
        "CELERY_BROKER_URL": "filesystem://",
        "CELERY_FILESYSTEM_DIR": str(demo.folder / "broker"),
        "EMAIL_URL": f"filemail:///{quote(str(demo.folder))}/mail",
    }
    inherited = {name: value for name, value in os.environ.items() if name != "STRIPE_API_BASE"}
    return inherited | own | _stripe_settings(demo)


def _stripe_settings(demo: Demo) -> dict[str, str]:
    if demo.stripe_key:
        return {"STRIPE_SECRET_KEY": demo.stripe_key, "STRIPE_WEBHOOK_SECRET": demo.webhook_secret}
    return {
        "STRIPE_API_BASE": f"http://127.0.0.1:{demo.sandbox_port}",
        "STRIPE_SECRET_KEY": SANDBOX_KEY,
        "STRIPE_WEBHOOK_SECRET": SANDBOX_SECRET,
        # What the sandbox takes.
        "CARD_FEES": "EUR=2.9%+0.30,GBP=2.9%+0.30,USD=2.9%+0.30,JPY=2.9%+30",
    }


def _secret_key(file: Path) -> str:
    """The demo's own key, made once, so that sign-ins outlive a restart."""
    if not file.exists():
        file.write_text(secrets.token_urlsafe(50))
        file.chmod(0o600)
    return file.read_text()
