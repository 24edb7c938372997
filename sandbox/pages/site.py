"""Routes of the hosted pages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox import settling, setups, test_clocks
from sandbox.checkout import paying
from sandbox.errors import CardError, MissingError, StripeError
from sandbox.money import written
from sandbox.pages.payment_form import FIELD_OF_CODE, PaymentForm
from sandbox.pages.summary import summarise
from sandbox.payments import AUTHENTICATION_FAILED
from sandbox.types import Json
from sandbox.work import Work, World

HERE = Path(__file__).parent
SEE_OTHER = 303

# `form-action` also governs where a submitted form may be redirected, and that is the site's to say.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http: https:; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class Site:
    """Serves everything a browser asks for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        self._map = Map(
            [
                Rule("/", methods=["GET"], endpoint=self._front),
                Rule("/c/pay/<session>", methods=["GET"], endpoint=self._checkout),
                Rule("/c/pay/<session>", methods=["POST"], endpoint=self._pay),
                Rule("/c/3ds/<intent>", methods=["GET"], endpoint=self._challenge),
                Rule("/c/3ds/<intent>", methods=["POST"], endpoint=self._answer_challenge),
                Rule("/receipts/<charge>", methods=["GET"], endpoint=self._receipt),
                Rule("/mandates/<mandate>", methods=["GET"], endpoint=self._mandate),
                Rule("/i/<invoice>", methods=["GET"], endpoint=self._invoice),
                Rule("/favicon.ico", methods=["GET"], endpoint=lambda *_: Response(status=204)),
                Rule("/sandbox.css", methods=["GET"], endpoint=self._css),
            ]
        )

    def answer(self, request: Request) -> Response:
        """Answer one request for a page."""
        try:
            endpoint, values = self._map.bind("sandbox").match(request.path, request.method)
            response = self._in_transaction(endpoint, request, values)
        except (HTTPException, MissingError):
            response = self._page(
                "message.html", 404, title="Nothing here", text="This page does not exist.", link=None
            )
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _in_transaction(self, view: Callable[..., Response], request: Request, values: Any) -> Response:
        with self._world.transaction() as work, test_clocks.kept(work, {}, values):
            return view(work, request, **values)

    def _page(self, template: str, status: int = 200, **context: Any) -> Response:
        body = self._templates.get_template(template).render(context)
        return Response(body, status, mimetype="text/html")

    def _front(self, work: Work, request: Request) -> Response:
        return self._page("front.html", base_url=self._world.base_url)

    def _css(self, work: Work, request: Request) -> Response:
        response = Response((HERE / "static" / "sandbox.css").read_bytes(), mimetype="text/css")
        response.headers["Cache-Control"] = "max-age=300"
        return response

    def _checkout(self, work: Work, request: Request, session: str) -> Response:
        found = paying.current(work, work.get("checkout.session", session))
        if found["status"] != "open":
            return self._closed(found)
        form = PaymentForm(method=found["payment_method_types"][0])
        return self._form(work, found, form, notice=_notice(work, found))

    def _closed(self, session: Json) -> Response:
        """A paid session goes on to the site; an expired one says so."""
        if session["status"] == "complete":
            return _go(paying.success_url(session))
        return self._page(
            "message.html",
            410,
            title="This checkout has expired",
            text="Nothing was charged. Go back to the site to start again.",
            link=session["cancel_url"],
        )

    def _form(
        self,
        work: Work,
        session: Json,
        form: PaymentForm,
        *,
        problems: dict[str, str] | None = None,
        notice: str = "",
    ) -> Response:
        return self._page(
            "checkout.html",
            form=form,
            known_email=_known_email(session),
            notice=notice,
            problems=problems or {},
            session=session,
            summary=summarise(work, session),
        )

    def _pay(self, work: Work, request: Request, session: str) -> Response:
        found = paying.current(work, work.get("checkout.session", session))
        if found["status"] != "open":
            return self._closed(found)
        form = PaymentForm.read(request.form, found["payment_method_types"])
        problems = form.problems(work, wants_email=not _known_email(found))
        if problems:
            return self._form(work, found, form, problems=problems)
        try:
            with work.attempt():
                waiting = self._attempt(work, found, form)
        except StripeError as refusal:
            return self._refused(work, work.get("checkout.session", session), form, refusal)
        return _go(f"/c/3ds/{waiting['id']}" if waiting else paying.success_url(found))

    def _attempt(self, work: Work, session: Json, form: PaymentForm) -> Json | None:
        email = _known_email(session) or form.email
        method = form.payment_method(work, email)
        return settling.pay_session(work, session, method, email=email, name=form.payer)

    def _refused(self, work: Work, session: Json, form: PaymentForm, refusal: StripeError) -> Response:
        message = refusal.fields["message"]
        field = FIELD_OF_CODE.get(refusal.fields["code"] or "")
        problems = {field: message} if field else {}
        notice = "" if field else f"{message} Nothing was charged. Try another card."
        return self._form(work, session, form, problems=problems, notice=notice)

    def _challenge(self, work: Work, request: Request, intent: str) -> Response:
        found = _challenged(work, intent)
        if found["status"] != "requires_action":
            return _go(_way_back(work, found))
        method = work.get("payment_method", found["payment_method"])
        amount = written(found["amount"], found["currency"]) if "amount" in found else ""
        business = self._business_of(work, found)
        return self._page(
            "challenge.html", amount=amount, business=business, card=method["card"], intent=found["id"]
        )

    def _answer_challenge(self, work: Work, request: Request, intent: str) -> Response:
        found = _challenged(work, intent)
        is_passed = request.form.get("outcome") == "complete"
        answer = setups.answer_challenge if found["object"] == "setup_intent" else settling.answer_challenge
        try:
            with work.attempt():
                if found["status"] == "requires_action":
                    answer(work, found, is_passed=is_passed)
        except CardError:
            pass
        return _go(_way_back(work, _challenged(work, intent)))

    def _business_of(self, work: Work, intent: Json) -> str:
        session = work.find(intent.get("_session"))
        return str(session["branding_settings"]["display_name"]) if session else self._world.business_name

    def _receipt(self, work: Work, request: Request, charge: str) -> Response:
        found = work.get("charge", charge)
        return self._paper(
            "Receipt", found["amount"], found["currency"], found["status"], found["description"]
        )

    def _mandate(self, work: Work, request: Request, mandate: str) -> Response:
        found = work.get("mandate", mandate)
        reference = found["payment_method_details"]["sepa_debit"]["reference"]
        holder = work.get("payment_method", found["payment_method"])["billing_details"]["name"]
        text = f"{holder} allows {self._world.business_name} to collect payments from their bank account."
        return self._page("message.html", title=f"SEPA mandate {reference}", text=text, link=None)

    def _invoice(self, work: Work, request: Request, invoice: str) -> Response:
        found = work.get("invoice", invoice)
        words = ", ".join(line["description"] or "" for line in found["lines"]["data"])
        return self._paper(
            f"Invoice {found['number']}", found["total"], found["currency"], found["status"], words
        )

    def _paper(self, title: str, amount: int, currency: str, status: str, words: str | None) -> Response:
        text = f"{written(amount, currency)} · {status}" + (f" · {words}" if words else "")
        return self._page("message.html", title=title, text=text, link=None)


def _go(url: str) -> Response:
    return Response(status=SEE_OTHER, headers={"Location": url})


def _known_email(session: Json) -> str | None:
    email: str | None = (session["customer_details"] or {}).get("email")
    return email


def _notice(work: Work, session: Json) -> str:
    """Say why the payer is here again after the 3-D Secure step."""
    intent = work.find(session.get("_intent"))
    error = (intent or {}).get("last_payment_error")
    if not error:
        return ""
    if error["message"] == AUTHENTICATION_FAILED:
        return (
            "Your bank could not confirm that it was you. Nothing was charged. Try again or use another card."
        )
    return f"{error['message']} Nothing was charged. Try another card."


def _challenged(work: Work, identifier: str) -> Json:
    found = work.find(identifier)
    if found is None or found["object"] not in ("payment_intent", "setup_intent"):
        raise NotFound
    return found


def _way_back(work: Work, intent: Json) -> str:
    """Return where the payer goes after the bank's page."""
    session = work.find(intent.get("_session"))
    if session:
        return paying.success_url(session) if session["status"] == "complete" else f"/c/pay/{session['id']}"
    kind = intent["object"]
    status = "succeeded" if intent["status"] in ("succeeded", "requires_capture") else "failed"
    back = intent.get("_return_url") or "/"
    glue = "&" if "?" in back else "?"
    return f"{back}{glue}{kind}={intent['id']}&{kind}_client_secret={intent['client_secret']}&redirect_status={status}"
