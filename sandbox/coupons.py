"""Coupons: what they take off, for how long, and whether they can still be had."""

from decimal import ROUND_HALF_UP, Decimal

from sandbox.errors import StripeError, missing_parameter, not_simulated
from sandbox.ids import token
from sandbox.money import known_currency, smallest
from sandbox.types import Json
from sandbox.work import Work


def new_coupon(work: Work, given: Json) -> Json:
    """Create a coupon: an amount in a currency or a share of the price, once, for some months or forever."""
    _check(work, given)
    off = given.get("amount_off")
    currency = known_currency(given["currency"]) if off is not None else None
    others = {
        known_currency(name): one["amount_off"] for name, one in (given.get("currency_options") or {}).items()
    }
    coupon = work.draft(
        "coupon",
        amount_off=off,
        currency=currency,
        duration=given.get("duration") or "once",
        duration_in_months=given.get("duration_in_months"),
        max_redemptions=given.get("max_redemptions"),
        metadata=given.get("metadata") or {},
        name=given.get("name"),
        percent_off=given.get("percent_off"),
        redeem_by=given.get("redeem_by"),
        valid=True,
    )
    coupon |= {"id": given.get("id") or token(8), "_amounts": others | ({currency: off} if currency else {})}
    work.save(coupon)
    work.emit("coupon.created", coupon)
    return coupon


def _check(work: Work, given: Json) -> None:
    if given.get("applies_to"):
        raise not_simulated("applies_to")
    if (given.get("amount_off") is None) == (given.get("percent_off") is None):
        raise StripeError(
            "You must pass either `percent_off` or `amount_off`, and not both.", param="percent_off"
        )
    if given.get("amount_off") is not None and not given.get("currency"):
        raise missing_parameter("currency")
    if given.get("percent_off") is not None and not 0 < given["percent_off"] <= 100:
        raise StripeError("Invalid percent_off: must be greater than 0 and at most 100.", param="percent_off")
    if (given.get("duration") == "repeating") != bool(given.get("duration_in_months")):
        message = "`duration_in_months` must be given if `duration` is `repeating`, and only then."
        raise StripeError(message, param="duration_in_months")
    if work.find(given.get("id")):
        raise StripeError("Coupon already exists.", code="resource_already_exists", param="id")


def is_valid(work: Work, coupon: Json) -> bool:
    """Tell whether it can still be redeemed."""
    is_late = coupon["redeem_by"] is not None and coupon["redeem_by"] <= work.now
    most = coupon["max_redemptions"]
    return not is_late and (most is None or coupon["times_redeemed"] < most)


def redeemable(work: Work, identifier: str, currency: str, *, param: str) -> Json:
    """Return a coupon that can be redeemed for something in this currency."""
    coupon = work.get("coupon", identifier, param=param)
    if not is_valid(work, coupon):
        raise StripeError(f"Coupon {identifier} is expired.", code="coupon_expired", param=param)
    if coupon["percent_off"] is None and currency not in coupon["_amounts"]:
        message = f"The coupon's currency ({coupon['currency']}) does not match the price's ({currency})."
        raise StripeError(message, param=param)
    return coupon


def taken(coupons: list[Json], amounts: list[int], currency: str) -> list[list[int]]:
    """Return what each coupon takes off each amount (minor units), one after the other and never below nothing."""
    left, found = [max(amount, 0) for amount in amounts], []
    for coupon in coupons:
        parts = _parts(coupon, left, currency)
        left = [amount - part for amount, part in zip(left, parts, strict=True)]
        found.append(parts)
    return found


def _parts(coupon: Json, amounts: list[int], currency: str) -> list[int]:
    step = smallest(currency)
    if coupon["percent_off"] is not None:
        share = Decimal(str(coupon["percent_off"])) / 100
        return [min(amount, _rounded(amount * share, step)) for amount in amounts]
    return _spread(min(coupon["_amounts"][currency], sum(amounts)), amounts, step)


def _spread(off: int, amounts: list[int], step: int) -> list[int]:
    """Spread what is taken off over the amounts, in proportion, so that the parts sum to it."""
    parts, seen, given = [], 0, 0
    for amount in amounts:
        seen += amount
        upto = off if seen == sum(amounts) else _rounded(Decimal(off * seen) / sum(amounts), step)
        parts.append(upto - given)
        given = upto
    return parts


def _rounded(amount: Decimal, step: int) -> int:
    return int((amount / step).quantize(Decimal(1), ROUND_HALF_UP)) * step


def lasts(coupon: Json) -> str:
    """Word how long it counts: "once", "for 3 months", "" if for good."""
    months = coupon["duration_in_months"]
    spans = {"once": "once", "forever": "", "repeating": f"for {months} month{'s' if months != 1 else ''}"}
    return spans[coupon["duration"]]
