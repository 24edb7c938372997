"""Discounts: a coupon at work on a subscription, what it takes off each invoice, and its end."""

from sandbox import coupons
from sandbox.agenda import falls_due
from sandbox.billing import subscriptions
from sandbox.billing.lines import totals
from sandbox.periods import boundary
from sandbox.types import Json
from sandbox.work import Work, public

MONTH: Json = {"interval": "month", "interval_count": 1}


def grant(work: Work, subscription: Json, coupon: Json, *, session: str | None = None) -> str:
    """Let a coupon count for a subscription from now on; returns the discount's id."""
    coupon["times_redeemed"] += 1
    work.save(coupon)
    months = coupon["duration_in_months"]
    discount = work.new(
        "discount",
        checkout_session=session,
        customer=subscription["customer"],
        end=boundary(work.now, MONTH, months) if months else None,
        source={"coupon": coupon["id"], "type": "coupon"},
        start=work.now,
        subscription=subscription["id"],
        _is_over=False,
    )
    work.emit("customer.discount.created", discount)
    return str(discount["id"])


def replace(work: Work, subscription: Json, wanted: list[str]) -> None:
    """Let these discounts count, and no others any more."""
    for identifier in set(subscription["discounts"]) - set(wanted):
        _end(work, work.get("discount", identifier))
    subscriptions.change(work, subscription, discounts=wanted)


@falls_due("discount", lambda discount: None if discount["_is_over"] else discount["end"])
def run_out(work: Work, discount: Json) -> None:
    """Its months are over, or it has counted once."""
    _end(work, discount)
    subscription = work.get("subscription", discount["subscription"])
    if subscription["status"] in subscriptions.RUNNING:
        left = [each for each in subscription["discounts"] if each != discount["id"]]
        subscriptions.change(work, subscription, discounts=left)


def _end(work: Work, discount: Json) -> None:
    discount["_is_over"] = True
    work.save(discount)
    work.emit("customer.discount.deleted", discount)


def in_force(work: Work, subscription: Json) -> list[str]:
    """Return the ids of the discounts that count now."""
    held = [work.get("discount", identifier) for identifier in subscription["discounts"]]
    return [each["id"] for each in held if each["end"] is None or each["end"] > work.now]


def settle(work: Work, invoice: Json) -> None:
    """Work out what the invoice's discounts take off its lines, and its sums."""
    lines, discounts = invoice["lines"]["data"], invoice["discounts"]
    amounts = [line["amount"] if line["discountable"] else 0 for line in lines]
    parts = coupons.taken(_coupons(work, discounts), amounts, invoice["currency"])
    for place, line in enumerate(lines):
        off = [(each, part[place]) for each, part in zip(discounts, parts, strict=True) if part[place]]
        line["discount_amounts"] = [{"amount": amount, "discount": each} for each, amount in off]
        line["discounts"] = [each for each, _ in off]
    invoice["total_discount_amounts"] = [
        {"amount": sum(part), "discount": each} for each, part in zip(discounts, parts, strict=True)
    ]
    invoice |= totals(lines)


def use_up(work: Work, invoice: Json) -> None:
    """End the discounts that count only once and have just taken something off."""
    for taken in invoice["total_discount_amounts"]:
        discount = work.get("discount", taken["discount"])
        if taken["amount"] and not discount["_is_over"] and _coupon(work, discount)["duration"] == "once":
            run_out(work, discount)


def worth(work: Work, subscription: Json, amount: int) -> int:
    """Return what is left of a period's price (minor units) when what counts now is taken off."""
    found = _coupons(work, in_force(work, subscription))
    return amount - sum(part for [part] in coupons.taken(found, [amount], subscription["currency"]))


def paid_for(work: Work, subscription: Json, item: Json, amount: int) -> int:
    """Return what was billed for an item's current period, else what it is worth now."""
    for invoice in work.every("invoice", _subscription=subscription["id"])[::-1]:
        for line in invoice["lines"]["data"]:
            if _bills(line, item):
                return int(line["amount"] - sum(off["amount"] for off in line["discount_amounts"]))
    return worth(work, subscription, amount)


def _bills(line: Json, item: Json) -> bool:
    """Tell whether a line bills exactly this, for exactly this period."""
    parent = line["parent"]["subscription_item_details"]
    if not parent or parent["proration"] or parent["subscription_item"] != item["id"]:
        return False
    price = line["pricing"]["price_details"]["price"]
    is_same = (price, line["quantity"]) == (item["price"]["id"], item["quantity"])
    return is_same and line["period"] == {
        "start": item["current_period_start"],
        "end": item["current_period_end"],
    }


def _coupons(work: Work, discounts: list[str]) -> list[Json]:
    return [_coupon(work, work.get("discount", each)) for each in discounts]


def _coupon(work: Work, discount: Json) -> Json:
    """Return the discount's coupon, which goes on counting when it is deleted."""
    coupon: Json = work.find(discount["source"]["coupon"]) or {}
    return discount["_coupon"] if coupon.get("deleted") else coupon


def forget(work: Work, coupon: Json) -> Json:
    """Delete a coupon; whoever has it keeps it."""
    for discount in work.every("discount"):
        if discount["source"]["coupon"] == coupon["id"]:
            discount["_coupon"] = public(coupon) | {"_amounts": coupon["_amounts"]}
            work.save(discount)
    work.emit("coupon.deleted", coupon)
    return work.delete(coupon)
