"""The two routes by which Stripe's command line pays a Checkout Session. Stripe does not document them."""

from sandbox import methods, settling
from sandbox.checkout import paying
from sandbox.errors import StripeError
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

ONE = "/v1/payment_pages/{session}"


@serves(f"GET {ONE}", is_documented=False)
def retrieve(work: Work, params: Json, identifier: str) -> Json:
    return paying.current(work, work.get("checkout.session", identifier, param="session"))


@serves(f"POST {ONE}/confirm", is_documented=False)
def confirm(work: Work, params: Json, identifier: str) -> Json:
    session = work.get("checkout.session", identifier, param="session")
    expected = params.get("expected_amount")
    if expected is not None and int(expected) != session["amount_total"]:
        raise StripeError("The expected amount does not match.", param="expected_amount")
    method = methods.usable(work, params.get("payment_method", ""))
    holder = method["billing_details"]
    settling.pay_session(work, session, method, email=holder["email"], name=holder["name"])
    return session
