"""Makes signups and gifts again that a restored backup has lost; the payment that brings them is recorded as ever."""

from uuid import UUID

from members.attribution import attribution_of
from members.gift_links import hash_of, token_for
from members.models import Gift, Plan, Signup, Tier
from payments.enums import Purpose
from payments.models import Checkout
from payments.restoring import restores


@restores(Purpose.MEMBERSHIP)
def restore_signup(checkout: Checkout) -> bool:
    """The request to join, as the checkout's terms tell it."""
    plan = Plan.objects.filter(
        tier__slug=checkout.terms.get("tier", ""), interval=checkout.interval, currency=checkout.currency
    ).first()
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
