"""Checkout Sessions over the API."""

from sandbox.checkout import opening, paying
from sandbox.lists import page, slice_of
from sandbox.resources.common import apply
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/checkout/sessions"
ONE = f"{PATH}/{{session}}"


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    return opening.open_session(work, params)


@serves(f"GET {PATH}")
def list_them(work: Work, params: Json) -> Json:
    return page(work, "checkout.session", params, url=PATH)


@serves(f"GET {ONE}")
def retrieve(work: Work, params: Json, identifier: str) -> Json:
    return paying.current(work, work.get("checkout.session", identifier, param="session"))


@serves(f"POST {ONE}")
def update(work: Work, params: Json, identifier: str) -> Json:
    session = work.get("checkout.session", identifier, param="session")
    apply(work, session, params, ["metadata"])
    return session


@serves(f"POST {ONE}/expire")
def expire(work: Work, params: Json, identifier: str) -> Json:
    return paying.expire(work, work.get("checkout.session", identifier, param="session"))


@serves(f"GET {ONE}/line_items")
def line_items(work: Work, params: Json, identifier: str) -> Json:
    session = work.get("checkout.session", identifier, param="session")
    return slice_of(session["_items"], params, url=f"{PATH}/{identifier}/line_items")
