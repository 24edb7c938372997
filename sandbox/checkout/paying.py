"""Paying a session: the attempt, the bank's question, completion, expiry."""

from sandbox import methods, payments
from sandbox.billing.subscribing import subscribe
from sandbox.checkout.opening import DAY, coupons_of, details, lines_of, trial_days
from sandbox.customers import new_customer
from sandbox.errors import StripeError
from sandbox.types import Json
from sandbox.work import Work

INTENT_FIELDS = (
    "capture_method", "description", "metadata", "receipt_email", "setup_future_usage", "shipping",
    "statement_descriptor", "statement_descriptor_suffix",
)  # fmt: skip


def current(work: Work, session: Json) -> Json:
    """Return the session, expired first if its time is over."""
    if session["status"] == "open" and session["expires_at"] <= work.now:
        expire(work, session)
    return session


def expire(work: Work, session: Json) -> Json:
    """Close an open session for good; a payment that was begun is cancelled."""
    if session["status"] != "open":
        message = f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of `{session["status"]}`.'  # noqa: E501
        raise StripeError(message)
    session |= {"status": "expired", "url": None}
    intent = work.find(session.get("_intent"))
    if intent and intent["status"] in payments.CANCELLABLE:
        payments.cancel(work, intent, "expired")
    work.save(session)
    work.emit("checkout.session.expired", session)
    return session


def pay(work: Work, session: Json, method: Json, *, email: str | None, name: str | None) -> Json | None:
    """Try to pay. Returns the intent if the bank wants 3-D Secure first; raises CardError on decline."""
    if current(work, session)["status"] != "open":
        raise StripeError("This Checkout Session is no longer open.", code="checkout_session_not_open")
    payments.check_method(session["payment_method_types"], method)
    session["_payer"] = {"email": _email(work, session, email), "name": name}
    customer = _customer(work, session)
    work.save(session)
    if not session["amount_total"]:
        _keep(work, method, customer)
        complete(work, session, method, None)
        return None
    intent = _intent(work, session, customer)
    payments.confirm(work, intent, method)
    if intent["status"] == "requires_action":
        return intent
    complete(work, session, method, intent)
    return None


def complete(work: Work, session: Json, method: Json, intent: Json | None) -> None:
    """Deliver what the session promised once its money is in."""
    if session["mode"] == "subscription":
        _subscribe(work, session, method, intent)
    payer = session["_payer"]
    session |= {
        "status": "complete",
        "payment_status": _payment_status(intent),
        "customer": session.get("_customer") or session["customer"],
        "customer_details": details(payer["email"], payer["name"], is_final=True),
        "url": None,
    }
    work.save(session)
    work.emit("checkout.session.completed", session)


def after_debit(work: Work, intent: Json) -> None:
    """Tell what became of a debit that was still under way when the session was completed."""
    session = work.get("checkout.session", intent["_session"])
    is_paid = intent["status"] == "succeeded"
    if is_paid:
        session["payment_status"] = "paid"
        work.save(session)
    work.emit(f"checkout.session.async_payment_{'succeeded' if is_paid else 'failed'}", session)


def after_challenge(work: Work, intent: Json) -> None:
    """Complete the session whose payment has just passed 3-D Secure."""
    session = work.get("checkout.session", intent["_session"])
    if session["status"] == "open" and intent["status"] in ("succeeded", "requires_capture"):
        complete(work, session, work.get("payment_method", intent["payment_method"]), intent)


def success_url(session: Json) -> str:
    """Return where the payer goes afterwards."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _payment_status(intent: Json | None) -> str:
    if intent is None:
        return "no_payment_required"
    return "paid" if intent["status"] == "succeeded" else "unpaid"


def _email(work: Work, session: Json, typed: str | None) -> str | None:
    """What the site knew beats what the payer typed."""
    return (session["customer_details"] or {}).get("email") or typed


def _customer(work: Work, session: Json) -> Json | None:
    """Return the customer to charge, made at the first attempt if the session wants one."""
    known = session["customer"] or session.get("_customer")
    if known:
        return work.get("customer", known)
    if session["mode"] == "payment" and not _wants_customer(session):
        return None
    customer = new_customer(work, **session["_payer"])
    session["_customer"] = customer["id"]
    return customer


def _wants_customer(session: Json) -> bool:
    return session["customer_creation"] == "always" or bool(session["_intent_data"].get("setup_future_usage"))


def _keep(work: Work, method: Json, customer: Json | None) -> None:
    if customer:
        methods.attach(work, method, customer)


def _intent(work: Work, session: Json, customer: Json | None) -> Json:
    """Return the session's one payment intent, opened at the first attempt."""
    if session.get("_intent"):
        return work.get("payment_intent", session["_intent"])
    intent = payments.open_intent(
        work,
        amount=session["amount_total"],
        currency=session["currency"],
        customer=customer["id"] if customer else None,
        _session=session["id"],
        payment_method_types=session["payment_method_types"],
        _return_url=f"{work.base_url}/c/pay/{session['id']}",
        **_intent_fields(session),
    )
    session["_intent"] = intent["id"]
    if session["mode"] == "payment":
        session["payment_intent"] = intent["id"]
    work.save(session)
    return intent


def _intent_fields(session: Json) -> Json:
    if session["mode"] == "subscription":
        return {"description": "Subscription creation", "setup_future_usage": "off_session"}
    given = session["_intent_data"]
    return {name: given[name] for name in INTENT_FIELDS if given.get(name) is not None}


def _subscribe(work: Work, session: Json, method: Json, intent: Json | None) -> None:
    given = session["_subscription_data"]
    days = trial_days(session)
    subscription = subscribe(
        work,
        work.get("customer", session["customer"] or session["_customer"]),
        lines_of(work, session),
        trial_end=work.now + days * DAY if days else None,
        paid_by=intent,
        metadata=dict(given.get("metadata") or {}),
        description=given.get("description"),
        default_payment_method=method["id"],
        coupons=coupons_of(work, session),
        session=session["id"],
    )
    session |= {"subscription": subscription["id"], "invoice": subscription["latest_invoice"]}
