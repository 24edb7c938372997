"""Invoices and their payments over the API."""

from sandbox import methods
from sandbox.billing import invoices, paying
from sandbox.billing.items import billed, claim, put_own
from sandbox.errors import StripeError
from sandbox.lists import slice_of
from sandbox.resources.common import apply, picked, readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/invoices"
ONE = f"{PATH}/{{invoice}}"
DRAFT_FIELDS = (
    "auto_advance",
    "collection_method",
    "description",
    "due_date",
    "footer",
    "metadata",
    "number",
)

readable("invoice", PATH, "invoice", columns={"subscription": "_subscription"})
readable(
    "invoice_payment",
    "/v1/invoice_payments",
    "invoice_payment",
    columns={"payment.payment_intent": "_payment_intent"},
)


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    customer = work.get("customer", params.get("customer"), param="customer")
    is_inclusive = params.get("pending_invoice_items_behavior") == "include"
    waiting = work.every("invoiceitem", customer=customer["id"], _is_pending=1) if is_inclusive else []
    currency = (params.get("currency") or (waiting[0]["currency"] if waiting else "eur")).lower()
    invoice = invoices.draft(
        work,
        customer,
        currency,
        [billed(item) for item in waiting],
        reason="manual",
        **{"auto_advance": False, "metadata": {}} | picked(params, DRAFT_FIELDS),
    )
    claim(work, waiting, invoice)
    return invoice


@serves(f"POST {ONE}")
def update(work: Work, params: Json, identifier: str) -> Json:
    invoice = _get(work, identifier)
    is_draft = invoice["status"] == "draft"
    previous = apply(work, invoice, params, DRAFT_FIELDS if is_draft else ["auto_advance", "metadata"])
    if is_draft and previous.get("auto_advance") is False:
        invoices.plan(invoice, work.now)
    if previous:
        work.emit("invoice.updated", invoice, previous)
    return invoice


@serves(f"DELETE {ONE}")
def delete(work: Work, params: Json, identifier: str) -> Json:
    invoice = _get(work, identifier)
    if invoice["status"] != "draft":
        raise StripeError("You can only delete draft invoices.", code="invoice_not_editable")
    work.emit("invoice.deleted", invoice)
    return work.delete(invoice)


@serves(f"POST {ONE}/finalize")
def finalize(work: Work, params: Json, identifier: str) -> Json:
    invoice = invoices.finalize(work, put_own(work, _get(work, identifier)))
    if not invoice["amount_due"]:
        paying.mark_paid(work, invoice)
    return invoice


@serves(f"POST {ONE}/pay")
def pay(work: Work, params: Json, identifier: str) -> Json:
    invoice = _get(work, identifier)
    if invoice["status"] == "draft":
        invoices.finalize(work, put_own(work, invoice))
    if params.get("paid_out_of_band"):
        paying.mark_paid(work, invoice, is_out_of_band=True)
        return invoice
    paying.pay(work, invoice, _method(work, invoice, params), is_off_session=bool(params.get("off_session")))
    return invoice


@serves(f"POST {ONE}/send")
def send(work: Work, params: Json, identifier: str) -> Json:
    invoice = _get(work, identifier)
    if invoice["status"] == "draft":
        invoices.finalize(work, invoice)
    work.emit("invoice.sent", invoice)
    return invoice


@serves(f"POST {ONE}/void")
def void(work: Work, params: Json, identifier: str) -> Json:
    return invoices.void(work, _get(work, identifier))


@serves(f"POST {ONE}/mark_uncollectible")
def mark_uncollectible(work: Work, params: Json, identifier: str) -> Json:
    return invoices.give_up(work, _get(work, identifier))


@serves(f"GET {ONE}/lines")
def lines(work: Work, params: Json, identifier: str) -> Json:
    return slice_of(_get(work, identifier)["lines"]["data"], params, url=f"{PATH}/{identifier}/lines")


def _get(work: Work, identifier: str) -> Json:
    return work.get("invoice", identifier, param="invoice")


def _method(work: Work, invoice: Json, params: Json) -> Json:
    if params.get("payment_method"):
        return methods.usable(work, params["payment_method"])
    customer = work.get("customer", invoice["customer"])
    method = paying.default_method(work, customer, invoices.subscription_of(work, invoice))
    if method is None:
        message = (
            "There is no `default_payment_method` set on this Customer or Invoice. Please set either a "
            "`default_payment_method` on the Customer or Invoice, or pass a `payment_method`."
        )
        raise StripeError(message, code="invoice_no_payment_method_types")
    return method
