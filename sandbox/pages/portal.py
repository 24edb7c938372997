"""The customer portal: invoices, and a new card."""

from datetime import UTC, datetime

from werkzeug.wrappers import Request, Response

from sandbox import portal
from sandbox.billing import paying, subscriptions
from sandbox.errors import StripeError
from sandbox.money import written
from sandbox.pages.checkout import after_challenge
from sandbox.pages.payment_form import PaymentForm, complaint
from sandbox.pages.rendering import go, message, page
from sandbox.pages.summary import interval
from sandbox.types import Json
from sandbox.work import Work

STATES = {"draft": "Not due yet", "open": "To be paid", "uncollectible": "Not paid"}


def show(work: Work, request: Request, session: str) -> Response:
    found = work.get(portal.SESSION, session)
    if portal.is_over(work, found):
        return _over(found)
    return _form(work, found, PaymentForm(), notice=_notice(work, found), is_saved="saved" in request.args)


def save_card(work: Work, request: Request, session: str) -> Response:
    found = work.get(portal.SESSION, session)
    if portal.is_over(work, found):
        return _over(found)
    form = PaymentForm.read(request.form, ["card"])
    problems = form.problems(work, wants_email=False)
    if problems:
        return _form(work, found, form, problems=problems)
    try:
        with work.attempt():
            email = work.get("customer", found["customer"])["email"]
            setup = portal.save_card(work, found, form.payment_method(work, email))
    except StripeError as refusal:
        problems, notice = complaint(refusal)
        return _form(work, found, form, problems=problems, notice=notice)
    return go(f"/c/3ds/{setup['id']}" if setup["status"] == "requires_action" else portal.after_update(found))


def _over(session: Json) -> Response:
    text = "Nothing was changed. Go back to the site and open the page again."
    return message("This link has expired", text, link=session["return_url"], status=410)


def _form(
    work: Work,
    session: Json,
    form: PaymentForm,
    *,
    problems: dict[str, str] | None = None,
    notice: str = "",
    is_saved: bool = False,
) -> Response:
    customer = work.get("customer", session["customer"])
    features = work.get(portal.CONFIGURATION, session["configuration"])["features"]
    shows_all = session["flow"] is None
    shows_invoices = shows_all and features["invoice_history"]["enabled"]
    return page(
        "portal.html",
        back=session["return_url"],
        business=work.world.business_name,
        card=_card(work, customer),
        email=customer["email"],
        form=form,
        invoices=_invoices(work, customer) if shows_invoices else [],
        is_saved=is_saved,
        notice=notice,
        plans=_plans(work, customer) if shows_all else [],
        problems=problems or {},
        takes_cards=not shows_all or features["payment_method_update"]["enabled"],
    )


def _card(work: Work, customer: Json) -> Json | None:
    """Return the card that pays: the customer's, or that of their running subscription."""
    running = [one for one in _running(work, customer) if one["default_payment_method"]]
    method = paying.default_method(work, customer, running[0] if running else None)
    return method["card"] if method and method["type"] == "card" else None


def _running(work: Work, customer: Json) -> list[Json]:
    found = work.every("subscription", customer=customer["id"])
    return [one for one in found if one["status"] in subscriptions.RUNNING]


def _plans(work: Work, customer: Json) -> list[Json]:
    return [_plan(work, one) for one in _running(work, customer)]


def _plan(work: Work, subscription: Json) -> Json:
    item = subscriptions.items(subscription)[0]
    price = work.get("price", item["price"]["id"])
    amount = price["_currency_options"][subscription["currency"]]["unit_amount"] * item["quantity"]
    every = interval(price["recurring"])
    until = day(subscriptions.period(subscription)[1])
    return {
        "name": work.get("product", price["product"])["name"],
        "amount": f"{written(amount, subscription['currency'])} {every}",
        "next": f"{'Ends on' if subscription['cancel_at'] else 'Next payment on'} {until}",
    }


def _invoices(work: Work, customer: Json) -> list[Json]:
    """Return the finalised ones, newest first."""
    found = work.every("invoice", customer=customer["id"])[::-1]
    return [_invoice(one) for one in found if one["hosted_invoice_url"]]


def _invoice(invoice: Json) -> Json:
    return {
        "amount": written(invoice["total"], invoice["currency"]),
        "date": day(invoice["created"]),
        "state": STATES.get(invoice["status"], invoice["status"].title()),
        "url": invoice["hosted_invoice_url"],
    }


def day(second: int) -> str:
    """Write a unix second as "1 March 2030"."""
    at = datetime.fromtimestamp(second, UTC)
    return f"{at.day} {at:%B %Y}"


def _notice(work: Work, session: Json) -> str:
    """Say why the visitor is here again after the 3-D Secure step."""
    setups = work.every("setup_intent", _portal=session["id"])
    return after_challenge(setups[-1]["last_setup_error"]) if setups else ""
