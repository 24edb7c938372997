"""What is only there to be read: the front page, receipts, mandates."""

from werkzeug.wrappers import Request, Response

from sandbox.money import written
from sandbox.pages.rendering import HERE, message, page
from sandbox.work import Work


def front(work: Work, request: Request) -> Response:
    return page("front.html", base_url=work.base_url)


def css(work: Work, request: Request) -> Response:
    response = Response((HERE / "static" / "sandbox.css").read_bytes(), mimetype="text/css")
    response.headers["Cache-Control"] = "max-age=300"
    return response


def no_icon(work: Work, request: Request) -> Response:
    return Response(status=204)


def receipt(work: Work, request: Request, charge: str) -> Response:
    found = work.get("charge", charge)
    words = f" · {found['description']}" if found["description"] else ""
    return message("Receipt", f"{written(found['amount'], found['currency'])} · {found['status']}{words}")


def mandate(work: Work, request: Request, mandate: str) -> Response:
    found = work.get("mandate", mandate)
    reference = found["payment_method_details"]["sepa_debit"]["reference"]
    holder = work.get("payment_method", found["payment_method"])["billing_details"]["name"]
    text = f"{holder} allows {work.world.business_name} to collect payments from their bank account."
    return message(f"SEPA mandate {reference}", text)
