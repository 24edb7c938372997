"""A mail from its templates: how every mail of ours is made, whoever owes it."""

from typing import Any

from anymail.message import AnymailMessage
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine
from django.template.loader import get_template

PARTS = ("subject.txt", "txt", "html")
"""What is written for each mail: `<template>.subject.txt` and so on."""
_DARK, _LIGHT = "#15181f", "#ffffff"


def compose(
    template: str, context: dict[str, Any], *, to: list[str], headers: dict[str, str] | None = None
) -> EmailMultiAlternatives:
    """The mail in text and HTML, with the newsroom's name and look.

    `why` in the context is its last line: what a reader did that brings them this mail. `unsubscribe_url` in the
    context is for mails that nobody needs: their mail program then offers to end them (by POST, RFC 8058).
    """
    context = newsroom_context() | context
    message: EmailMultiAlternatives = AnymailMessage(
        subject=" ".join(render_text(f"{template}.subject.txt", context).split()),
        body=render_text(f"{template}.txt", context).strip() + "\n",
        to=to,
        reply_to=[settings.NEWSROOM_EMAIL],
        headers=(headers or {}) | _unsubscribing(context),
    )
    message.attach_alternative(get_template(f"{template}.html").render(context), "text/html")
    return message


def render_text(template: str, context: dict[str, Any]) -> str:
    """The template with nothing escaped: an ampersand in a name is one in the text of a mail."""
    return str(Engine.get_default().get_template(template).render(Context(context, autoescape=False)))


def newsroom_context() -> dict[str, Any]:
    """Who writes, from where, and how it looks: for every mail, sign-in codes too."""
    newsroom = {
        "name": settings.NEWSROOM_NAME,
        "contact_email": settings.NEWSROOM_EMAIL,
        "address": settings.NEWSROOM_ADDRESS,
        "logo_url": settings.NEWSROOM_LOGO_URL,
        "colour": settings.NEWSROOM_COLOUR,
        "on_colour": readable_on(settings.NEWSROOM_COLOUR),
    }
    return {"newsroom": newsroom, "site_url": settings.SITE_URL}


def readable_on(colour: str) -> str:
    """Dark or light, whichever reads better on the colour (`#rrggbb`)."""
    ground = _luminance(colour)
    contrast_of_dark = (ground + 0.05) / (_luminance(_DARK) + 0.05)
    contrast_of_light = (_luminance(_LIGHT) + 0.05) / (ground + 0.05)
    return _DARK if contrast_of_dark >= contrast_of_light else _LIGHT


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, as WCAG defines it."""
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _unsubscribing(context: dict[str, Any]) -> dict[str, str]:
    url = context.get("unsubscribe_url")
    if not url:
        return {}
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
