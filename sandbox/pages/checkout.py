"""The Checkout page."""

from werkzeug.wrappers import Request, Response

from sandbox import settling
from sandbox.checkout import paying
from sandbox.errors import StripeError
from sandbox.pages.payment_form import PaymentForm, complaint
from sandbox.pages.rendering import go, message, page
from sandbox.pages.summary import summarise
from sandbox.payments import AUTHENTICATION_FAILED
from sandbox.types import Json
from sandbox.work import Work


def show(work: Work, request: Request, session: str) -> Response:
    found = paying.current(work, work.get("checkout.session", session))
    if found["status"] != "open":
        return _closed(found)
    form = PaymentForm(method=found["payment_method_types"][0])
    return _form(work, found, form, notice=_notice(work, found))


def pay(work: Work, request: Request, session: str) -> Response:
    found = paying.current(work, work.get("checkout.session", session))
    if found["status"] != "open":
        return _closed(found)
    form = PaymentForm.read(request.form, found["payment_method_types"])
    problems = form.problems(work, wants_email=not _known_email(found))
    if problems:
        return _form(work, found, form, problems=problems)
    try:
        with work.attempt():
            waiting = _attempt(work, found, form)
    except StripeError as refusal:
        problems, notice = complaint(refusal)
        return _form(work, work.get("checkout.session", session), form, problems=problems, notice=notice)
    return go(f"/c/3ds/{waiting['id']}" if waiting else paying.success_url(found))


def _closed(session: Json) -> Response:
    """A paid session goes on to the site; an expired one says so."""
    if session["status"] == "complete":
        return go(paying.success_url(session))
    text = "Nothing was charged. Go back to the site to start again."
    return message("This checkout has expired", text, link=session["cancel_url"], status=410)


def _form(
    work: Work,
    session: Json,
    form: PaymentForm,
    *,
    problems: dict[str, str] | None = None,
    notice: str = "",
) -> Response:
    return page(
        "checkout.html",
        form=form,
        known_email=_known_email(session),
        notice=notice,
        problems=problems or {},
        session=session,
        summary=summarise(work, session),
    )


def _attempt(work: Work, session: Json, form: PaymentForm) -> Json | None:
    email = _known_email(session) or form.email
    method = form.payment_method(work, email)
    return settling.pay_session(work, session, method, email=email, name=form.payer)


def _known_email(session: Json) -> str | None:
    email: str | None = (session["customer_details"] or {}).get("email")
    return email


def _notice(work: Work, session: Json) -> str:
    """Say why the payer is here again after the 3-D Secure step."""
    intent = work.find(session.get("_intent"))
    return after_challenge((intent or {}).get("last_payment_error"))


def after_challenge(error: Json | None) -> str:
    """Say what became of the 3-D Secure step, if it failed."""
    if not error:
        return ""
    if error["message"] == AUTHENTICATION_FAILED:
        return (
            "Your bank could not confirm that it was you. Nothing was charged. Try again or use another card."
        )
    return f"{error['message']} Nothing was charged. Try another card."
