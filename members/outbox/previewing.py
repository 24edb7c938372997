"""Every mail that this site can send, made of samples: for staff to look at before a reader does."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.mails.cast import USUAL, Cast
from members.mails.registry import Mail, mails
from members.outbox.mailing import render
from payments import alarms
from payments.composing import compose
from payments.enums import AlarmKind
from payments.models import Alarm

TO_READERS, SIGNING_IN, TO_STAFF = _("To readers"), _("For signing in"), _("To you")

_CODE = {"code": "K7QD-M2XA"}
_CHANGED = {"ip": "203.0.113.7", "timestamp": USUAL.now}
_FROM_ALLAUTH: dict[str, tuple[str | Promise, dict[str, Any]]] = {
    "account/email/login_code": (_("A code to sign in"), _CODE),
    "account/email/address_code": (_("A code for the account"), _CODE),
    "account/email/email_confirmation_signup": (_("A code to prove a new address"), _CODE),
    "account/email/unknown_account": (_("No account with this address"), {}),
    "account/email/account_already_exists": (_("There is an account already"), {}),
    "mfa/email/webauthn_added": (_("A passkey was added"), _CHANGED),
    "mfa/email/webauthn_removed": (_("A passkey was removed"), _CHANGED),
}


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail that can be looked at; `slug` is its name in addresses."""

    slug: str
    name: str | Promise
    group: str | Promise
    write: Callable[[Cast], EmailMultiAlternatives]


def previews() -> list[Preview]:
    """Every mail there is, group by group."""
    return [*_to_readers(), *_for_signing_in(), _to_staff()]


def find(slug: str) -> Preview | None:
    return next((preview for preview in previews() if preview.slug == slug), None)


def _to_readers() -> list[Preview]:
    return [Preview(mail.kind, mail.kind.label, TO_READERS, partial(_sample, mail)) for mail in mails()]


def _sample(mail: Mail, cast: Cast) -> EmailMultiAlternatives:
    return render(mail, mail.sample(cast), to=cast.email)


def _for_signing_in() -> list[Preview]:
    return [
        Preview(prefix.rpartition("/")[2], name, SIGNING_IN, partial(_by_allauth, prefix, context))
        for prefix, (name, context) in _FROM_ALLAUTH.items()
    ]


def _by_allauth(prefix: str, context: dict[str, Any], cast: Cast) -> EmailMultiAlternatives:
    message: EmailMultiAlternatives = get_adapter().render_mail(prefix, cast.email, dict(context))
    return message


def _to_staff() -> Preview:
    return Preview("alarms", _("What needs a look"), TO_STAFF, _alarm)


def _alarm(cast: Cast) -> EmailMultiAlternatives:
    away = Alarm(kind=AlarmKind.MAIL_PARKED, subject="welcome 17", message="OSError: connection refused")
    differs = Alarm(kind=AlarmKind.BOOKS_DIFFER, subject="balance_differs", message=cast.message)
    return compose(alarms.TEMPLATE, alarms.context_of([away, differs]), to=settings.ALARM_EMAILS)
