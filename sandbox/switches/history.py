"""Checkouts of the past."""

from datetime import UTC, datetime

from sandbox import agenda, clock, methods, settling
from sandbox.checkout import opening
from sandbox.errors import ParameterError, missing_parameter
from sandbox.spec.description import parameter_schema
from sandbox.spec.parameters import checked
from sandbox.switching import switch
from sandbox.types import Json
from sandbox.work import Work, World


@switch("POST", "history", in_steps=True)
def history(world: World, body: Json) -> Json:
    """Open and pay checkouts in the past, and do what fell due since: silently unless told otherwise.

    All of it or, on any refusal, nothing.
    """
    clock.keep_up(world)
    with world.passing, world.transaction(is_silent=bool(body.get("silent", True))) as work:
        sessions = [_relive(work, checkout, place) for place, checkout in enumerate(_checkouts(body))]
        agenda.do_due(work, work.now)
    return {"sessions": sessions}


def _checkouts(body: Json) -> list[Json]:
    wanted = body.get("checkouts")
    if not isinstance(wanted, list):
        raise ParameterError("`checkouts` must be a list.", param="checkouts")
    return wanted


def _relive(work: Work, checkout: Json, place: int) -> str:
    """Open and pay one session at its own time; return its id."""
    for name in ("at", "session"):
        if name not in checkout:
            raise missing_parameter(f"checkouts[{place}][{name}]")
    params = checked(parameter_schema("POST", "/v1/checkout/sessions"), checkout["session"])
    at = int(checkout["at"])
    with work.at(at):
        session = opening.open_session(work, params)
        email = f"reader{place + 1}@example.org"
        method = _method(work, checkout, billing={"email": email, "name": f"Reader {place + 1}"})
        if settling.pay_session(work, session, method, email=email, name=None):
            raise ParameterError("A card that asks for 3-D Secure has no place in history.", param="card")
    return str(session["id"])


def _method(work: Work, checkout: Json, *, billing: Json) -> Json:
    if "iban" in checkout:
        return methods.from_iban(work, checkout["iban"], billing=billing)
    year = datetime.fromtimestamp(work.now, UTC).year + 3
    card = {
        "number": checkout.get("card", "4242424242424242"),
        "exp_month": 12,
        "exp_year": year,
        "cvc": "123",
    }
    return methods.from_card(work, card, billing=billing)
