"""Which tier money buys."""

from collections.abc import Iterable
from functools import cached_property

from django.db.models import F

from members.models import Plan, Signup, Tier
from payments.models import Checkout, Subscription


class _Tiers:
    """The rule, over tables that are read at most once each, however many ask."""

    def bought(
        self, checkout: Checkout, *, product_id: str, amount: int | None, interval: str
    ) -> Tier | None:
        if product_id and (tier := self._by_product.get(product_id)):
            return tier
        signup = _signup_of(checkout)
        if signup is None:
            return None
        if amount is None or (amount, interval) == (checkout.amount, checkout.interval):
            return signup.plan.tier
        return self._by_amount(amount, interval, checkout.currency) or signup.plan.tier

    def _by_amount(self, amount: int, interval: str, currency: str) -> Tier | None:
        reached = (
            plan.tier
            for plan in self._dearest_first
            if (plan.interval, plan.currency) == (interval, currency) and plan.amount <= amount
        )
        return next(reached, None)

    @cached_property
    def _by_product(self) -> dict[str, Tier]:
        """Stripe's products that are, or stand for, a tier of ours."""
        named: dict[str, Tier] = {}
        for tier in Tier.objects.annotate(stands_for=F("imported_products__product_id")):
            named |= {product: tier for product in (tier.stands_for, tier.product_id) if product}
        return named

    @cached_property
    def _dearest_first(self) -> list[Plan]:
        return list(
            Plan.objects.filter(is_active=True, tier__is_active=True)
            .select_related("tier")
            .order_by("-amount")
        )


def tier_of(subscription: Subscription) -> Tier | None:
    """The tier that the subscription renews. None: it is no membership of ours."""
    return tiers_of([subscription])[subscription.pk]


def tiers_of(subscriptions: Iterable[Subscription]) -> dict[int, Tier | None]:
    """The same by primary key, in as many queries for fifty if each has its `checkout__signup__plan__tier` selected."""
    tiers = _Tiers()
    return {
        each.pk: tiers.bought(
            each.checkout, product_id=each.product_id, amount=each.amount, interval=each.interval
        )
        for each in subscriptions
    }


def tier_bought(checkout: Checkout, *, product_id: str, amount: int | None, interval: str) -> Tier | None:
    """By Stripe's product, if that is, or stands for, one of our tiers; else by what was asked for, or is paid since.

    `amount`: of a whole period, in minor units of the checkout's currency; None if it is not known.
    """
    return _Tiers().bought(checkout, product_id=product_id, amount=amount, interval=interval)


def name_of(subscription: Subscription) -> str:
    """What its reader pays for: a tier, or what the checkout said, as of a donation."""
    tier = tier_of(subscription)
    return tier.name if tier else subscription.checkout.description


def _signup_of(checkout: Checkout) -> Signup | None:
    if not Checkout.signup.is_cached(checkout):
        return Signup.objects.select_related("plan__tier").filter(checkout=checkout).first()
    found: Signup | None = getattr(checkout, "signup", None)
    return found
