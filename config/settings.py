"""All settings, read from the environment here and nowhere else. `.env.example` explains each."""

import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
environ.Env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))

# --- what kind of installation -------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set: put a long random text in the environment or in .env")
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or "localhost"
IS_HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[SITE_HOST, "localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# A test's hand alone: the point of payments/checkpoints.py at which this process kills itself.
KILL_AT = env.str("GROUNDSWELL_KILL_AT", default="")
if KILL_AT and not (DEBUG or DEMO):
    raise ImproperlyConfigured(
        "GROUNDSWELL_KILL_AT is set: a production site does not kill itself. Unset it."
    )

# --- the newsroom ---------------------------------------------------------------------------------
NEWSROOM_NAME = env.str("NEWSROOM_NAME", default="The Lantern")
NEWSROOM_TAGLINE = env.str("NEWSROOM_TAGLINE", default="Independent reporting from Port Aldern")
NEWSROOM_EMAIL = env.str("NEWSROOM_EMAIL", default="members@example.org")
# How mails look: a colour for their buttons, a picture in place of the name, the postal address in the last line.
NEWSROOM_COLOUR = env.str("NEWSROOM_COLOUR", default="#f3ae2d")
if not re.fullmatch(r"#[0-9a-fA-F]{6}", NEWSROOM_COLOUR):
    raise ImproperlyConfigured(f"NEWSROOM_COLOUR is {NEWSROOM_COLOUR}: write it like #f3ae2d")
NEWSROOM_LOGO_URL = env.str("NEWSROOM_LOGO_URL", default="")
NEWSROOM_ADDRESS = env.str("NEWSROOM_ADDRESS", default="")
# How many days after the one on which it should have been paid a membership still gives access.
GRACE_DAYS = env.int("GRACE_DAYS", default=14)
DEFAULT_CURRENCY = env.str("DEFAULT_CURRENCY", default="EUR").upper()

# What a card payment costs, by currency; who covers the fee is asked for as much more.
CARD_FEES = env.list(
    "CARD_FEES", default=["EUR=1.5%+0.25", "GBP=1.5%+0.20", "USD=2.9%+0.30", "CHF=2.9%+0.30", "JPY=3.6%+0"]
)
# The header in which a proxy of ours writes the reader's country (CF-IPCountry, X-Country-Code …).
COUNTRY_HEADER = env.str("COUNTRY_HEADER", default="")

# --- Django ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "campaigns",
    "members",
    "payments",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    *(["demo"] if DEMO else []),
]
MIDDLEWARE = [
    "config.middleware.stripe_first",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "config.context.newsroom",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
FORMAT_MODULE_PATH = ["config.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# A webhook body is at most 256 KiB; no page of ours takes more from a reader.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
# Who reads /metrics says so: Authorization: Bearer …
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
LOGGING = logging_config(level=env.str("LOG_LEVEL", default="INFO"), pretty=DEBUG or DEMO)

# --- database and cache ---------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'groundswell.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that will write waits for its turn at BEGIN and not, in deadlock, at its first write.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://groundswell")}

# --- people and sign-in ---------------------------------------------------------------------------
AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
ACCOUNT_LOGOUT_REDIRECT_URL = "support"
ACCOUNT_ADAPTER = "members.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"request_login_code": "members.forms.SignInForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_ADAPTER = "members.accounts.passkeys.PasskeyAdapter"
MFA_FORMS = {
    "add_webauthn": "members.accounts.passkeys.PasskeyForm",
    "edit_webauthn": "members.accounts.passkeys.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey is bound to https; browsers, and so we, let a machine's own address pass while somebody tries things out.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = (DEBUG or DEMO) and SITE_HOST == "localhost" and not IS_HTTPS
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
# Tries / time / by whom: an address, its network (/24 or /64), or all together. Empty: no limit.
LIMITS = {
    "checkout": env.str("LIMIT_CHECKOUTS", default="30/h/address,120/10m/net,3000/10m/all"),
    "mail": env.str("LIMIT_MAILS", default="6/10m/address,60/10m/net,3000/10m/all"),
    "guess": env.str("LIMIT_GUESSES", default="60/10m/net"),
}

# --- mail -----------------------------------------------------------------------------------------
_server = env.email_url("EMAIL_URL", default="consolemail://")
if DEMO and _server["EMAIL_BACKEND"].endswith("filebased.EmailBackend"):
    _server["EMAIL_BACKEND"] = "demo.mail_files.EmailBackend"
vars().update(_server)
# One of anymail's, by its name in anymail.backends; its keys are the ANYMAIL_… that anymail's docs name.
EMAIL_PROVIDER = env.str("EMAIL_PROVIDER", default="").lower()
if EMAIL_PROVIDER and not find_spec(f"anymail.backends.{EMAIL_PROVIDER}"):
    raise ImproperlyConfigured(f"EMAIL_PROVIDER is {EMAIL_PROVIDER}, which django-anymail does not know.")
if EMAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend"
ANYMAIL = {
    "SEND_DEFAULTS": {"track_opens": False, "track_clicks": False},
    "IGNORE_UNSUPPORTED_FEATURES": True,
    **{name[8:]: value for name, value in env.ENVIRON.items() if name.startswith("ANYMAIL_")},
    # user:password, several divided by commas while one is being rotated out.
    "WEBHOOK_SECRET": env.list("ANYMAIL_WEBHOOK_SECRET", default=[]),
}
EMAIL_TIMEOUT = 30
# Who is told when something about the money needs a person.
ALARM_EMAILS = env.list("ALARM_EMAILS", default=[NEWSROOM_EMAIL])
DEFAULT_FROM_EMAIL = f"{NEWSROOM_NAME} <{NEWSROOM_EMAIL}>"

# --- Stripe ---------------------------------------------------------------------------------------
STRIPE_LIVE_API_BASE = "https://api.stripe.com"
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
# Several secrets, divided by commas, while one is being rotated out.
STRIPE_WEBHOOK_SECRETS = env.list("STRIPE_WEBHOOK_SECRET", default=[])
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default=STRIPE_LIVE_API_BASE).rstrip("/")
if STRIPE_API_BASE != STRIPE_LIVE_API_BASE and not (DEBUG or DEMO):
    raise ImproperlyConfigured(
        f"STRIPE_API_BASE is {STRIPE_API_BASE}: a production site talks to Stripe alone. "
        "Unset it, or set DEBUG or DEMO if this is no production site."
    )
# acct_…, where events name an account: events that name another are not ours.
STRIPE_ACCOUNT = env.str("STRIPE_ACCOUNT", default="")
STRIPE_LIVEMODE = STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
# Stripe's pages that our forms lead to: paying, the portal, an invoice.
CHECKOUT_ORIGINS = [
    "https://checkout.stripe.com",
    "https://billing.stripe.com",
    "https://invoice.stripe.com",
]
if STRIPE_API_BASE != STRIPE_LIVE_API_BASE:
    CHECKOUT_ORIGINS.append(STRIPE_API_BASE)

# --- Celery: the broker is a doorbell, the tables are the queue -----------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "payments.tasks.tick", "schedule": 10.0},
    # What the doorbell missed. A sweep that no worker came to in time is not worth two.
    "drain-inbox": {"task": "payments.tasks.drain_inbox", "schedule": 30.0, "options": {"expires": 30}},
    "watch-bounces": {"task": "members.tasks.watch_bounces", "schedule": 600.0},
    "drain-outbox": {"task": "members.tasks.drain_outbox", "schedule": 30.0, "options": {"expires": 30}},
    "drain-collections": {
        "task": "payments.tasks.drain_collections",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "write-to-payers": {
        "task": "members.tasks.write_to_payers",
        "schedule": 120.0,
        "options": {"expires": 120},
    },
    "publish-plans": {"task": "members.tasks.publish_plans", "schedule": 60.0, "options": {"expires": 60}},
    "drain-catalogue": {
        "task": "payments.tasks.drain_catalogue",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "erase-people": {"task": "members.tasks.erase_people", "schedule": 300.0, "options": {"expires": 300}},
    "tell-alarms": {"task": "payments.tasks.tell_alarms", "schedule": 30.0, "options": {"expires": 30}},
    "poll-events": {"task": "payments.tasks.poll_events", "schedule": 600.0},
    "check-books": {"task": "payments.tasks.check_books", "schedule": 600.0},
    "ask-to-return": {"task": "members.tasks.ask_to_return", "schedule": 900.0},
    "bring-over": {"task": "members.tasks.bring_over", "schedule": 60.0, "options": {"expires": 60}},
    "adopt-customers": {
        "task": "members.tasks.adopt_customers",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "write-to-donors": {"task": "members.tasks.write_to_donors", "schedule": 900.0},
    "walk-stripe": {"task": "payments.tasks.walk_stripe", "schedule": crontab(hour="3", minute="17")},
}
if CELERY_BROKER_URL.startswith("filesystem:"):
    _broker = Path(env.str("CELERY_FILESYSTEM_DIR", default=str(VAR_DIR / "broker")))
    for _folder in ("queue", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
        "polling_interval": 0.1,
    }
else:
    # The default of an hour would leave a killed worker's task lying that long; the sweeper comes sooner still.
    CELERY_BROKER_TRANSPORT_OPTIONS = (
        {"visibility_timeout": 300, "socket_connect_timeout": 2, "socket_timeout": 10}
        if CELERY_BROKER_URL.startswith(("redis:", "rediss:"))
        else {}
    )

# --- browsers' guards -----------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *CHECKOUT_ORIGINS],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "frame-src": [SELF],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS and env.bool("SECURE_SSL_REDIRECT", default=True)
# A newsroom's other subdomains are not ours to promise https for.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# Probes ask the process itself, over plain http, and get nothing that is secret.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=3600 if IS_HTTPS else 0)
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
