"""What a session asks for, in words and amounts for the person who pays."""

from dataclasses import dataclass

from sandbox.catalog import Line
from sandbox.checkout.opening import coupons_of, lines_of, trial_days
from sandbox.coupons import lasts
from sandbox.money import written
from sandbox.types import Json
from sandbox.work import Work

VERBS = {"donate": "Donate", "book": "Book"}


@dataclass(frozen=True)
class Row:
    """One line of the summary."""

    name: str
    detail: str
    amount: str


@dataclass(frozen=True)
class Summary:
    """Everything the page says about the purchase."""

    business: str
    title: str
    amount: str
    every: str
    rows: list[Row]
    due_today: str
    trial: str
    is_subscription: bool
    button: str
    note: str


def summarise(work: Work, session: Json) -> Summary:
    """Describe an open session."""
    lines, currency = lines_of(work, session), session["currency"]
    is_subscription = session["mode"] == "subscription"
    recurring = [line for line in lines if line.is_recurring]
    days = trial_days(session)
    headline = sum(line.amount for line in (recurring or lines))
    due = written(session["amount_total"], currency)
    return Summary(
        business=session["branding_settings"]["display_name"],
        title=lines[0].name if len(lines) == 1 else f"{lines[0].name} and {len(lines) - 1} more",
        amount=written(headline, currency),
        every=interval(recurring[0].price["recurring"]) if recurring else "",
        rows=[_row(line) for line in lines] + [_reduction(one, session) for one in coupons_of(work, session)],
        due_today=due,
        trial=f"{days} days free, then" if days else "",
        is_subscription=is_subscription,
        button=_button(session, due, days),
        note=(session["custom_text"]["submit"] or {}).get("message", ""),
    )


def interval(recurring: Json) -> str:
    """Word an interval: "per month", "every 3 months"."""
    count, unit = recurring["interval_count"], recurring["interval"]
    return f"per {unit}" if count == 1 else f"every {count} {unit}s"


def _row(line: Line) -> Row:
    words = [f"{line.quantity} × {written(line.unit_amount, line.currency)}"] if line.quantity > 1 else []
    words += [interval(line.price["recurring"])] if line.is_recurring else []
    return Row(line.name, ", ".join(words), written(line.amount, line.currency))


def _reduction(coupon: Json, session: Json) -> Row:
    """Say what the coupon takes off, and for how long; in a trial there is nothing to take it off yet."""
    currency, off = session["currency"], session["total_details"]["amount_discount"]
    share = coupon["percent_off"]
    size = written(coupon["_amounts"][currency], currency) if share is None else f"{share:g} %"
    words = " ".join(filter(None, [f"{size} off", lasts(coupon)]))
    return Row(coupon["name"] or coupon["id"], words, written(-off, currency))


def _button(session: Json, due: str, days: int) -> str:
    if session["mode"] == "subscription":
        return "Start trial" if days else "Subscribe"
    return f"{VERBS.get(session['submit_type'] or '', 'Pay')} {due}"
