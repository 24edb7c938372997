"""A change in words: what was, and what is."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.models import MembershipChange
from payments.money import Money


def difference(change: MembershipChange) -> list[tuple[str, str, str]]:
    """What is otherwise than before, each as (what, before, after); a text is empty where nothing was or is."""
    before, after = _texts(change.before), _texts(change.after)
    names = [name for name in after | before if before.get(name) != after.get(name)]
    return [(_label(name), before.get(name, ""), after.get(name, "")) for name in names]


def _texts(state: dict[str, Any]) -> dict[str, str]:
    texts = {name: _text(value) for name, value in state.items() if value not in (None, "")}
    if "amount" in texts and "currency" in texts:
        texts["amount"] = str(Money(int(state["amount"]), texts.pop("currency")))
    return texts


def _text(value: Any) -> str:
    try:
        return date_format(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def _label(name: str) -> str:
    labels = {
        "tier": _("Tier"),
        "starts_on": _("From"),
        "ends_on": _("Until"),
        "amount": _("Amount"),
        "interval": _("Every"),
        "origin": _("Origin"),
    }
    return labels.get(name, name.replace("_", " "))
