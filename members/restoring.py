"""Makes again what a restored backup has lost; the payment that brings it is recorded as ever."""

from uuid import UUID

from members.contributions.contributing import KEPT_AT_STRIPE
from members.gifts.gift_links import hash_of, token_for
from members.models import Contribution, Gift, Plan, Signup, Tier
from members.selling.attribution import attribution_of
from payments.enums import Purpose
from payments.models import Checkout
from payments.restoring import restores


@restores(Purpose.MEMBERSHIP)
def restore_signup(checkout: Checkout) -> bool:
    """The request to join, as the checkout's terms tell it."""
    plans = Plan.objects.filter(
        tier__slug=checkout.terms.get("tier", ""), interval=checkout.interval, currency=checkout.currency
    )
    # Of several at most one is sold; an archived one may have been, then.
    plan = plans.order_by("-is_active", "-pk").first()
    if plan is None:
        return False
    Signup.objects.create(
        email=checkout.email,
        plan=plan,
        amount=checkout.amount,
        checkout=checkout,
        campaign_code=checkout.terms.get("campaign", ""),
        attribution=attribution_of(checkout.terms),
        is_open=False,
    )
    return True


@restores(Purpose.GIFT)
def restore_gift(checkout: Checkout) -> bool:
    """The gift, under the reference that its link was made of: a link that was passed on works again."""
    terms = checkout.terms
    tier = Tier.objects.filter(slug=terms.get("tier", "")).first()
    if tier is None:
        return False
    reference = UUID(terms["gift"])
    Gift.objects.create(
        reference=reference,
        token_hash=hash_of(token_for(reference)),
        giver_email=checkout.email,
        tier=tier,
        months=int(terms["months"]),
        checkout=checkout,
        is_open=False,
        campaign_code=terms.get("campaign", ""),
        **{name: terms.get(name, "") for name in ("giver_name", "recipient_name", "message")},
    )
    return True


@restores(Purpose.CONTRIBUTION)
def restore_contribution(checkout: Checkout) -> bool:
    """The donation. Who was to be told of it, and reminded, is not kept at Stripe: nobody is written to twice."""
    fee_cover = int(checkout.terms.get("fee_cover", "0"))
    Contribution.objects.create(
        email=checkout.email,
        checkout=checkout,
        amount=checkout.amount - fee_cover,
        fee_cover=fee_cover,
        currency=checkout.currency,
        interval=checkout.interval,
        campaign_code=checkout.terms.get("campaign", ""),
        attribution=attribution_of(checkout.terms),
        is_open=False,
        **{name: checkout.terms.get(name, "") for name in KEPT_AT_STRIPE},
    )
    return True
