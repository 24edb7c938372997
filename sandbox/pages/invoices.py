"""The hosted invoice page: what an invoice is for, and paying it."""

from werkzeug.wrappers import Request, Response

from sandbox import settling
from sandbox.billing import invoices
from sandbox.errors import MissingError, StripeError
from sandbox.money import written
from sandbox.pages.checkout import after_challenge
from sandbox.pages.payment_form import PaymentForm, complaint
from sandbox.pages.portal import day
from sandbox.pages.rendering import go, page
from sandbox.types import Json
from sandbox.work import Work

STATES = {
    "paid": "Paid",
    "void": "Void: there is nothing to pay",
    "uncollectible": "Closed without payment",
    "open": "To be paid",
}


def show(work: Work, request: Request, invoice: str) -> Response:
    found = _finalised(work, invoice)
    intent = invoices.intent_of(work, found)
    error = intent["last_payment_error"] if intent and found["status"] == "open" else None
    return _page(work, found, PaymentForm(), notice=after_challenge(error))


def pay(work: Work, request: Request, invoice: str) -> Response:
    found = _finalised(work, invoice)
    if found["status"] != "open":
        return go(f"/i/{invoice}")
    form = PaymentForm.read(request.form, ["card"])
    problems = form.problems(work, wants_email=False)
    if problems:
        return _page(work, found, form, problems=problems)
    try:
        with work.attempt():
            intent = settling.pay_invoice(work, found, form.payment_method(work, found["customer_email"]))
    except StripeError as refusal:
        problems, notice = complaint(refusal)
        return _page(work, work.get("invoice", invoice), form, problems=problems, notice=notice)
    is_asked = intent and intent["status"] == "requires_action"
    return go(f"/c/3ds/{intent['id']}" if is_asked and intent else f"/i/{invoice}")


def _finalised(work: Work, identifier: str) -> Json:
    found = work.get("invoice", identifier)
    if not found["hosted_invoice_url"]:
        raise MissingError("A draft has no page.")
    return found


def _page(
    work: Work,
    invoice: Json,
    form: PaymentForm,
    *,
    problems: dict[str, str] | None = None,
    notice: str = "",
) -> Response:
    currency, intent = invoice["currency"], invoices.intent_of(work, invoice)
    is_asked = intent is not None and intent["status"] == "requires_action"
    off = sum(taken["amount"] for taken in invoice["total_discount_amounts"])
    credit = (invoice["ending_balance"] or 0) - invoice["starting_balance"]
    return page(
        "invoice.html",
        bank=f"/c/3ds/{intent['id']}" if intent and is_asked else "",
        business=work.world.business_name,
        credit=written(-credit, currency) if credit else "",
        due=written(invoice["amount_remaining"], currency),
        form=form,
        invoice=invoice,
        issued=day(invoice["created"]),
        notice=notice,
        problems=problems or {},
        reduction=written(-off, currency) if off else "",
        rows=[_row(line, currency) for line in invoice["lines"]["data"]],
        state=STATES[invoice["status"]],
        total=written(invoice["total"], currency),
    )


def _row(line: Json, currency: str) -> Json:
    start, end = line["period"]["start"], line["period"]["end"]
    when = f"{day(start)} to {day(end)}" if end > start else ""
    return {"name": line["description"], "detail": when, "amount": written(line["amount"], currency)}
