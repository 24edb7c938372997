from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from members.mails.registry import mails, mails_without_contents
from payments.composing import PARTS


@register()
def check_mails(**_: Any) -> list[CheckMessage]:
    """Each kind of mail can be written."""
    return [*_without_contents(), *_without_templates()]


def _without_contents() -> list[CheckMessage]:
    return [
        Error(
            f"Nothing says what is in the mail '{kind}'.",
            hint="Decorate one function with @mail(…) in members/mails/. See docs/mails.md.",
            id="members.E001",
        )
        for kind in mails_without_contents()
    ]


def _without_templates() -> list[CheckMessage]:
    names = [f"templates/{mail.template}.{part}" for mail in mails() for part in PARTS]
    return [
        Error(f"There is no {name}.", hint="See docs/mails.md.", id="members.E002")
        for name in names
        if not _is_there(name.removeprefix("templates/"))
    ]


def _is_there(name: str) -> bool:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    return True


@register()
def check_mail_provider(**_: Any) -> list[CheckMessage]:
    """What the provider tells of bounces and complaints is heard."""
    if not settings.EMAIL_PROVIDER:
        return []
    secrets = settings.ANYMAIL["WEBHOOK_SECRET"]
    if secrets and all(":" in secret for secret in secrets):
        return []
    return [
        Error(
            "ANYMAIL_WEBHOOK_SECRET is not set, or no user:password: no bounce will be heard of.",
            hint="See .env.example.",
            id="members.E003",
        )
    ]
