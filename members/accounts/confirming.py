"""Proves that whoever sits at the browser reads an address: a code goes there, and comes back through the browser."""

import re
import time
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

if TYPE_CHECKING:
    from members.models import User

FRESH = 10 * 60
"""Seconds for which a sign-in is proof enough for what cannot be undone."""
_SALT = "members.accounts.confirming"


class ReaderRequest(HttpRequest):
    """The request of somebody who is signed in."""

    user: "User"


def is_fresh(request: HttpRequest) -> bool:
    """The signed-in reader proved a moment ago who they are."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < FRESH


def make_fresh(request: ReaderRequest) -> None:
    """The signed-in reader has proved it just now."""
    record_authentication(request, request.user, method="code", email=request.user.email)


def send_code(request: HttpRequest, *, purpose: str, email: str) -> None:
    """Mails a code to the address. Only this browser can use it, for a quarter of an hour, in a few tries."""
    code = get_adapter().generate_login_code()
    request.session[_key(purpose)] = {
        "email": email,
        "mark": _mark(code),
        "until": time.time() + settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT,
        "tries": settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS,
    }
    get_adapter().send_mail("account/email/address_code", email, {"code": code})


def awaited(request: HttpRequest, *, purpose: str) -> str | None:
    """The address whose code may still be typed in."""
    waiting = _waiting(request, purpose)
    return waiting["email"] if waiting else None


def proven(request: HttpRequest, *, purpose: str, code: str) -> str | None:
    """The address that the code proves; None for a wrong one. A right one works once."""
    waiting = _waiting(request, purpose)
    if waiting is None:
        return None
    if constant_time_compare(_mark(code), waiting["mark"]):
        forget(request, purpose=purpose)
        return str(waiting["email"])
    waiting["tries"] -= 1
    request.session[_key(purpose)] = waiting
    return None


def forget(request: HttpRequest, *, purpose: str) -> None:
    """No code is awaited any more."""
    request.session.pop(_key(purpose), None)


def _waiting(request: HttpRequest, purpose: str) -> dict[str, Any] | None:
    waiting: dict[str, Any] | None = request.session.get(_key(purpose))
    if waiting and waiting["tries"] > 0 and waiting["until"] > time.time():
        return waiting
    return None


def _key(purpose: str) -> str:
    return f"code-{purpose}"


def _mark(code: str) -> str:
    return salted_hmac(_SALT, re.sub(r"[^A-Z0-9]", "", code.upper())).hexdigest()
