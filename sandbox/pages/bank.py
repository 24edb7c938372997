"""The bank's page, which asks by 3-D Secure whether it is you."""

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from sandbox import portal, settling, setups
from sandbox.checkout import paying
from sandbox.errors import CardError
from sandbox.money import written
from sandbox.pages.rendering import go, page
from sandbox.types import Json
from sandbox.work import Work


def ask(work: Work, request: Request, intent: str) -> Response:
    found = _challenged(work, intent)
    if found["status"] != "requires_action":
        return go(_way_back(work, found))
    method = work.get("payment_method", found["payment_method"])
    amount = written(found["amount"], found["currency"]) if "amount" in found else ""
    business = _business_of(work, found)
    return page("challenge.html", amount=amount, business=business, card=method["card"], intent=found["id"])


def hear(work: Work, request: Request, intent: str) -> Response:
    found = _challenged(work, intent)
    is_passed = request.form.get("outcome") == "complete"
    try:
        with work.attempt():
            if found["status"] == "requires_action":
                _answer(work, found, is_passed=is_passed)
    except CardError:
        pass
    return go(_way_back(work, _challenged(work, intent)))


def _answer(work: Work, intent: Json, *, is_passed: bool) -> None:
    if intent["object"] == "payment_intent":
        return settling.answer_challenge(work, intent, is_passed=is_passed)
    setups.answer_challenge(work, intent, is_passed=is_passed)
    return portal.after_challenge(work, intent)


def _challenged(work: Work, identifier: str) -> Json:
    found = work.find(identifier)
    if found is None or found["object"] not in ("payment_intent", "setup_intent"):
        raise NotFound
    return found


def _business_of(work: Work, intent: Json) -> str:
    session = work.find(intent.get("_session"))
    return str(session["branding_settings"]["display_name"]) if session else work.world.business_name


def _way_back(work: Work, intent: Json) -> str:
    """Return where the payer goes after the bank's page."""
    if intent.get("_session"):
        session = work.get("checkout.session", intent["_session"])
        return paying.success_url(session) if session["status"] == "complete" else f"/c/pay/{session['id']}"
    if intent.get("_portal"):
        session = work.get("billing_portal.session", intent["_portal"])
        return portal.after_update(session) if intent["status"] == "succeeded" else session["url"]
    if intent.get("_invoice") and not intent.get("_return_url"):
        return f"/i/{intent['_invoice']}"
    kind = intent["object"]
    status = "succeeded" if intent["status"] in ("succeeded", "requires_capture") else "failed"
    back = intent.get("_return_url") or "/"
    glue = "&" if "?" in back else "?"
    return f"{back}{glue}{kind}={intent['id']}&{kind}_client_secret={intent['client_secret']}&redirect_status={status}"
