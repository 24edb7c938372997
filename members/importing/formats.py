"""Whose export a file is, and what each line of it asks for.

Columns as of 2026: Ghost's members export; Patreon's (Audience, Relationship manager); our own.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from members.enums import ImportFormat, Origin
from members.models.user import normalise_email
from members.periods import add_months, day_of

Cells = Mapping[str, str]


class CellTrouble(ValueError):
    """A cell that says nothing we know, in words for people."""

    def __init__(self, column: str, words: str) -> None:
        super().__init__(words)
        self.column = column


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line asks for. Without an origin: an account without a membership. `skipped`: why for nothing at all."""

    email: str
    person: str
    """Who it is at the source."""
    origin: Origin | None = None
    tier_name: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    """None: the file tells no end."""
    joined_at: datetime | None = None
    granted_at: datetime | None = None
    campaign_code: str = ""
    customer_id: str = ""
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    name: ImportFormat
    columns: frozenset[str]
    """By these a file is known; others may be there or not."""
    read: Callable[[Cells], Wanted]


def format_of(header: list[str]) -> Format | None:
    """Whose export has such a header."""
    return next((each for each in FORMATS if each.columns <= set(header)), None)


def format_named(name: str) -> Format:
    return next(each for each in FORMATS if each.name == name)


def _ghost(cells: Cells) -> Wanted:
    """Who pays has a Stripe customer, and Stripe tells until when."""
    joined_at, customer_id = _instant(cells, "created_at"), _customer(cells)
    is_given = _is_yes(cells, "complimentary_plan") or bool(cells.get("gift_id"))
    tier_name = cells.get("tiers") or cells.get("products") or ""
    pays_elsewhere = bool(tier_name) and not customer_id
    return Wanted(
        email=_email(cells),
        person=cells.get("id") or _email(cells),
        origin=Origin.COMP if is_given else Origin.IMPORT if pays_elsewhere else None,
        tier_name=tier_name,
        starts_on=day_of(joined_at) if joined_at else None,
        joined_at=joined_at,
        customer_id=customer_id,
        skipped=_("deleted at Ghost") if cells.get("deleted_at") else "",
    )


def _patreon(cells: Cells) -> Wanted:
    """Who is active has paid until the next charge; who left, until the access expires."""
    status = cells["patron status"].lower()
    if status not in ("active patron", "declined patron", "former patron", ""):
        raise CellTrouble("patron status", _("We know active, declined and former patrons."))
    joined_at = _instant(cells, "patronage since date")
    ends_on = _day(cells, "access expiration")
    if status == "active patron":
        ends_on = ends_on or _day(cells, "next charge date") or _paid_until(cells)
    is_member = status == "active patron" or (status != "" and ends_on is not None)
    origin = Origin.COMP if _is_yes(cells, "free trial") else Origin.IMPORT
    return Wanted(
        email=_email(cells),
        person=cells.get("user id") or _email(cells),
        origin=origin if is_member and not _is_yes(cells, "free member") else None,
        tier_name=cells["tier"],
        starts_on=day_of(joined_at) if joined_at else None,
        ends_on=ends_on,
        joined_at=joined_at,
    )


def _paid_until(cells: Cells) -> date | None:
    charged_on = _day(cells, "last charge date")
    if charged_on is None or cells.get("last charge status", "").lower() != "paid":
        return None
    is_yearly = cells.get("charge frequency", "").lower() in ("annual", "annually", "yearly", "year")
    return add_months(charged_on, 12 if is_yearly else 1)


def _groundswell(cells: Cells) -> Wanted:
    """What was paid for there was paid for elsewhere, seen from here."""
    origin, ends_on = cells["origin"], _day(cells, "ends_on")
    if origin and origin not in Origin.values:
        raise CellTrouble("origin", _("We know %s.") % ", ".join(Origin.values))
    if origin and ends_on is None:
        raise CellTrouble("ends_on", _("In our own export each membership has an end."))
    is_given = origin in (Origin.COMP, Origin.TRIAL)
    return Wanted(
        email=_email(cells),
        person=_email(cells),
        origin=(Origin.COMP if is_given else Origin.IMPORT) if origin else None,
        tier_name=cells["tier"],
        starts_on=_day(cells, "starts_on"),
        ends_on=ends_on,
        joined_at=_instant(cells, "joined_at"),
        granted_at=_instant(cells, "granted_at"),
        campaign_code=_code(cells, "campaign"),
        customer_id=_customer(cells),
    )


FORMATS = (
    Format(ImportFormat.GROUNDSWELL, frozenset("email tier origin starts_on ends_on".split()), _groundswell),
    Format(ImportFormat.GHOST, frozenset("email complimentary_plan stripe_customer_id".split()), _ghost),
    Format(ImportFormat.PATREON, frozenset({"email", "patron status", "tier"}), _patreon),
)


def _email(cells: Cells) -> str:
    email = normalise_email(cells["email"])
    try:
        validate_email(email)
    except ValidationError:
        raise CellTrouble("email", _("This is no email address.")) from None
    if len(email) > 254:
        raise CellTrouble("email", _("No email address is so long."))
    return email


def _customer(cells: Cells) -> str:
    customer_id = cells.get("stripe_customer_id", "")
    if customer_id and not re.fullmatch(r"cus_[A-Za-z0-9_]{1,100}", customer_id):
        raise CellTrouble("stripe_customer_id", _("A Stripe customer’s id begins with cus_."))
    return customer_id


def _code(cells: Cells, column: str) -> str:
    code = cells.get(column, "")
    if not re.fullmatch(r"[-\w]{0,50}", code, re.ASCII):
        raise CellTrouble(column, _("This is no campaign’s code."))
    return code


def _is_yes(cells: Cells, column: str) -> bool:
    answer = cells.get(column, "").lower()
    if answer not in _YES | _NO:
        raise CellTrouble(column, _("Write true or false."))
    return answer in _YES


_YES, _NO = {"true", "yes", "1"}, {"false", "no", "0", ""}


def _day(cells: Cells, column: str) -> date | None:
    instant = _instant(cells, column)
    return day_of(instant) if instant else None


def _instant(cells: Cells, column: str) -> datetime | None:
    """A day alone is its noon in the newsroom's zone; an instant without a zone is UTC, as in exports."""
    text = cells.get(column, "")
    if not text:
        return None
    if "/" in text:
        raise CellTrouble(column, _("This can be two days. Write it like 2027-12-31."))
    if dotted := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
        day, month, year = dotted.groups()
        text = f"{year}-{month:0>2}-{day:0>2}"
    try:
        found = _parsed(text)
    except ValueError:
        raise CellTrouble(column, _("This is no day. Write it like 2027-12-31.")) from None
    if not 1970 < found.year < 2200:
        raise CellTrouble(column, _("No membership is of that year."))
    return found


def _parsed(text: str) -> datetime:
    if len(text) == len("2027-12-31"):
        return timezone.make_aware(datetime.combine(date.fromisoformat(text), time(12)))
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
