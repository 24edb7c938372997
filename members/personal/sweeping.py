"""Looks for a person where no field says so: in words, sessions, and the bytes that Stripe posted."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import CharField, JSONField, Model, Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from members.models import Erasure
from members.personal.holdings import Person
from payments.models import LedgerEntry, Posting, StripeEvent

_APPS = ("members", "payments", "campaigns", "admin", "account")
_NOT_HERE = (Erasure, LedgerEntry, Posting, StripeEvent)
"""The promise itself, which needs the addresses; the books, which name nobody; events, which are bytes."""
_ENVELOPE = ("id", "object", "type", "livemode", "account", "created")
_BATCH = 200


def sweep(addresses: Sequence[str], nobody: str) -> None:
    """Writes `nobody` over each of the addresses in every text of every table."""
    for model in apps.get_models():
        if model._meta.app_label in _APPS and model not in _NOT_HERE:
            for field in model._meta.concrete_fields:
                if isinstance(field, CharField | TextField | JSONField) and not field.choices:
                    _sweep_field(model, field, addresses, nobody)


def _sweep_field(model: type[Model], field: Any, addresses: Sequence[str], nobody: str) -> None:
    told = Q(pk__in=[])
    for address in addresses:
        told |= Q(words__icontains=address)
    found = model._base_manager.annotate(words=Cast(field.name, TextField())).filter(told)
    for row in found.only("pk", field.name):
        value = getattr(row, field.name)
        words = json.dumps(value) if isinstance(field, JSONField) else value
        for address in addresses:
            words = _without(words, address, nobody)
        clean = json.loads(words) if isinstance(field, JSONField) else words[: field.max_length]
        model._base_manager.filter(pk=row.pk).update(**{field.name: clean})


def _without(words: str, address: str, nobody: str) -> str:
    lowered = words.lower()
    while (at := lowered.find(address)) >= 0:
        words = words[:at] + nobody + words[at + len(address) :]
        lowered = words.lower()
    return words


def forget_sessions(person: Person) -> None:
    """Ends whatever browser is signed in as the person, or keeps a form that they filled in."""
    gone = []
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator(_BATCH):
        told = session.get_decoded()
        is_theirs = told.get("_auth_user_id") == str(person.user.pk)
        if is_theirs or any(address in json.dumps(told).lower() for address in person.addresses):
            gone.append(session.pk)
    Session.objects.filter(pk__in=gone).delete()


def redact_events(marks: Sequence[str], *, since: datetime | None = None) -> int:
    """Leaves of each event that holds one of the marks only what it is about; it can be read again as before."""
    count = 0
    for event in _events_with(marks, since):
        body = json.loads(bytes(event.body))
        about = body["data"]["object"]
        # What names the object, and so leads to it at Stripe, is kept; everything else went with the person.
        kept = {name: about[name] for name in ("id", "object") if name in about}
        redacted = {name: body[name] for name in _ENVELOPE if name in body}
        redacted |= {"data": {"object": kept}, "redacted": True}
        clean = json.dumps(redacted).encode()
        if clean != bytes(event.body):
            StripeEvent.objects.filter(pk=event.pk).update(body=clean)
            count += 1
    return count


def _events_with(marks: Sequence[str], since: datetime | None) -> "list[StripeEvent]":
    """Databases search bytes each in their own way."""
    search = "position(%s in body) > 0" if connection.vendor == "postgresql" else "instr(body, %s) > 0"
    found: dict[int, StripeEvent] = {}
    events = (
        StripeEvent.objects.all() if since is None else StripeEvent.objects.filter(received_at__gte=since)
    )
    for mark in marks:
        for spelling in {mark, mark.lower(), json.dumps(mark)[1:-1]}:
            for event in events.extra(where=[search], params=[spelling.encode()]):  # noqa: S610  no text of ours to join
                found[event.pk] = event
    return list(found.values())
