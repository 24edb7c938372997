"""Opening a session: what may be asked for, and what it will cost."""

from typing import Any

from sandbox.billing.subscribing import due_now
from sandbox.catalog import Line, line
from sandbox.checkout.checking import check, check_lines
from sandbox.coupons import redeemable, taken
from sandbox.errors import missing_parameter, not_simulated
from sandbox.methods import EMPTY_ADDRESS
from sandbox.payments import check_types, usual_types
from sandbox.types import Json
from sandbox.work import Work, public

DAY = 24 * 60 * 60
OPTIONS: dict[str, Json] = {"card": {"request_three_d_secure": "automatic"}, "sepa_debit": {}}

ECHOED = (
    "allow_promotion_codes", "billing_address_collection", "cancel_url", "client_reference_id",
    "consent_collection", "customer_email", "locale", "origin_context", "payment_method_collection",
    "shipping_address_collection", "submit_type", "success_url",
)  # fmt: skip


def open_session(work: Work, given: Json) -> Json:
    """Create an open session from Stripe's parameters."""
    check(work, given)
    lines = _lines(work, given)
    coupons = _coupons(work, given, lines[0].currency)
    off = _taken_off(given, lines, coupons)
    session = work.draft(
        "checkout.session", **_fields(work, given, lines, sum(off)), **_constants(work, given, sum(off))
    )
    session |= {
        "url": f"{work.base_url}/c/pay/{session['id']}",
        "_lines": [_kept(one) for one in lines],
        "_items": [_item(work, one, discount) for one, discount in zip(lines, off, strict=True)],
        "discounts": [{"coupon": coupon["id"], "promotion_code": None} for coupon in coupons],
        "_intent_data": given.get("payment_intent_data") or {},
        "_subscription_data": given.get("subscription_data") or {},
    }
    work.save(session)
    return session


def lines_of(work: Work, session: Json) -> list[Line]:
    """Return the session's lines as they were priced when it was opened."""
    return [Line(price=work.get("price", kept.pop("price")), **kept) for kept in map(dict, session["_lines"])]


def coupons_of(work: Work, session: Json) -> list[Json]:
    return [work.get("coupon", each["coupon"]) for each in session["discounts"] or []]


def trial_days(session: Json) -> int:
    return int(session["_subscription_data"].get("trial_period_days") or 0)


def _kept(one: Line) -> Json:
    return {
        "price": one.price["id"],
        "quantity": one.quantity,
        "currency": one.currency,
        "unit_amount": one.unit_amount,
        "name": one.name,
    }


def _lines(work: Work, given: Json) -> list[Line]:
    wanted = given.get("line_items") or []
    if not wanted:
        raise missing_parameter("line_items")
    currency = given.get("currency")
    lines = [
        line(work, one, currency=currency, path=f"line_items[{place}]") for place, one in enumerate(wanted)
    ]
    check_lines(given["mode"], lines)
    return lines


def _coupons(work: Work, given: Json, currency: str) -> list[Json]:
    wanted = given.get("discounts") or []
    if len(wanted) > 1 or any(one.keys() - {"coupon"} for one in wanted):
        raise not_simulated("discounts")
    return [
        redeemable(work, one.get("coupon") or "", currency, param="discounts[0][coupon]") for one in wanted
    ]


def _taken_off(given: Json, lines: list[Line], coupons: list[Json]) -> list[int]:
    """Return what is taken off each line at once, in minor units."""
    due = [due_now([one], has_trial=_has_trial(given)) for one in lines]
    return [sum(parts) for parts in zip(*taken(coupons, due, lines[0].currency), strict=True)] or [0] * len(
        due
    )


def _has_trial(given: Json) -> bool:
    return bool((given.get("subscription_data") or {}).get("trial_period_days"))


def _fields(work: Work, given: Json, lines: list[Line], discount: int) -> Json:
    total = due_now(lines, has_trial=_has_trial(given))
    is_payment = given["mode"] == "payment"
    types = given.get("payment_method_types") or usual_types(lines[0].currency)
    check_types(types, lines[0].currency)
    return {name: given[name] for name in ECHOED if name in given} | {
        "amount_subtotal": total,
        "amount_total": total - discount,
        "currency": lines[0].currency,
        "customer": given.get("customer"),
        "customer_creation": (given.get("customer_creation") or "if_required") if is_payment else None,
        "customer_details": _known_details(work, given),
        "expires_at": given.get("expires_at") or work.now + DAY,
        "metadata": given.get("metadata") or {},
        "mode": given["mode"],
        "payment_method_options": {kind: dict(OPTIONS[kind]) for kind in types},
        "payment_method_types": types,
        "payment_status": "unpaid",
        "status": "open",
    }


def _known_details(work: Work, given: Json) -> Json | None:
    customer = work.find(given.get("customer"))
    email = customer["email"] if customer else given.get("customer_email")
    return details(email, None) if email else None


def details(email: str | None, name: str | None, *, is_final: bool = False) -> Json:
    """Build `customer_details`; on completion the unknown parts are empty rather than null."""
    return {
        "address": dict(EMPTY_ADDRESS) if is_final else None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [] if is_final else None,
    }


def _constants(work: Work, given: Json, discount: int) -> Json:
    branding: Json = {"background_color": "#ffffff", "border_style": "rounded", "button_color": "#0074d4"}
    branding |= {
        "display_name": work.world.business_name,
        "font_family": "default",
        "icon": None,
        "logo": None,
    }
    return {
        "adaptive_pricing": {"enabled": False},
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "branding_settings": branding | _set(given.get("branding_settings")),
        "custom_text": _custom_text(given.get("custom_text") or {}),
        "invoice_creation": _invoice_creation(given),
        "phone_number_collection": {
            "enabled": bool((given.get("phone_number_collection") or {}).get("enabled"))
        },
        "saved_payment_method_options": _saved_methods(given),
        "total_details": {"amount_discount": discount, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def _set(given: Json | None) -> Json:
    return {name: value for name, value in (given or {}).items() if value is not None}


def _custom_text(given: Json) -> Json:
    names = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
    return dict.fromkeys(names) | given


def _invoice_creation(given: Json) -> Json | None:
    if given["mode"] != "payment":
        return None
    if (given.get("invoice_creation") or {}).get("enabled"):
        raise not_simulated("invoice_creation[enabled]")
    names = ("account_tax_ids", "custom_fields", "description", "footer", "issuer", "rendering_options")
    return {"enabled": False, "invoice_data": {**dict.fromkeys(names), "metadata": {}}}


def _saved_methods(given: Json) -> Json | None:
    if given["mode"] == "payment" and not given.get("customer"):
        return None
    return {
        "allow_redisplay_filters": ["always"],
        "payment_method_remove": "disabled",
        "payment_method_save": None,
    }


def _item(work: Work, one: Line, discount: int) -> dict[str, Any]:
    return work.draft(
        "item",
        adjustable_quantity=None,
        amount_discount=discount,
        amount_subtotal=one.amount,
        amount_tax=0,
        amount_total=one.amount - discount,
        currency=one.currency,
        description=one.name,
        metadata={},
        price=public(one.price),
        quantity=one.quantity,
    )
