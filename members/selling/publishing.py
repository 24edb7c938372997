"""What staff sell, brought into Stripe's catalogue: tiers as products, plans as prices, offers as coupons."""

from members.models import IntroductoryOffer, Plan, Tier
from payments.catalogue import Stock, Wanted, want
from payments.enums import CatalogueKind, Interval


def publish() -> int:
    """Writes down what shall stand at Stripe as our tables say now; how much of it is news."""
    tiers = [product_of(tier) for tier in Tier.objects.all()]
    # Of several plans with one lookup key at most one is sold; of archived ones the latest.
    plans = Plan.objects.select_related("tier").order_by("is_active", "pk")
    prices = {plan.lookup_key: price_of(plan) for plan in plans}
    offers = IntroductoryOffer.objects.filter(is_active=True).select_related("plan__tier")
    return want([*tiers, *prices.values(), *map(coupon_of, offers)])


def product_of(tier: Tier) -> Wanted:
    terms = {"name": tier.name, "description": tier.description, "is_active": tier.is_active}
    return Wanted(CatalogueKind.PRODUCT, tier.product_id, tier.name, terms)


def price_of(plan: Plan) -> Wanted:
    terms = {
        "product": plan.tier.product_id,
        "amount": plan.amount,
        "currency": plan.currency,
        "interval": plan.interval,
        "is_active": plan.is_active and plan.tier.is_active,
    }
    name = f"{plan.tier.name}, {plan.get_interval_display().lower()}, {plan.currency}"
    return Wanted(CatalogueKind.PRICE, plan.lookup_key, name, terms)


def coupon_of(offer: IntroductoryOffer) -> Wanted:
    """Named by what it does: Stripe changes no coupon, so that another offer is another coupon."""
    plan = offer.plan
    is_repeated = offer.periods > 1
    months = offer.periods * (12 if plan.interval == Interval.YEAR else 1)
    terms = {
        "amount_off": plan.amount - offer.amount,
        "currency": plan.currency,
        "months": months if is_repeated else None,
    }
    key = f"{plan.lookup_key}_{terms['amount_off']}x{offer.periods}"
    return Wanted(CatalogueKind.COUPON, key, f"{plan.tier.name}: introductory offer", terms)


def offer_on(plan: Plan, stock: Stock) -> IntroductoryOffer | None:
    """What new members get of the plan now, if Stripe knows of it."""
    running = [offer for offer in plan.offers.all() if offer.is_running and offer.amount < plan.amount]
    return next((offer for offer in running if stock.id_of(coupon_of(offer))), None)
