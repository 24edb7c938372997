"""Short stories that end in the database, told through the real code: somebody joined, gave, redeemed."""

from datetime import datetime

from members.contributions.contributing import start_contribution
from members.gifts.gifting import redeem_gift, start_gift
from members.models import Contribution, Gift, GiftOffer, Membership, Plan, User
from members.selling.joining import start_signup
from payments.money import Money
from payments.recording import record
from tests.factories.members import GiftOfferFactory, PlanFactory
from tests.support.stripe_side import StripeSide


def join(
    email: str,
    *,
    plan: Plan | None = None,
    paid_at: datetime | None = None,
    renewals: int = 0,
    **asked: object,
) -> list[Membership]:
    """Somebody joined and paid, and their subscription renewed so often: their memberships, oldest first."""
    plan = plan or PlanFactory()
    checkout = start_signup(plan=plan, amount=plan.amount, email=email, **asked).checkout
    side = StripeSide(checkout, paid_at=paid_at)
    record(side.session())
    for period in range(1, renewals + 1):
        record(side.invoice(period))
    return list(Membership.objects.filter(payment__checkout=checkout).order_by("starts_on"))


def give(
    email: str, *, offer: GiftOffer | None = None, paid_at: datetime | None = None, **words: object
) -> Gift:
    """Somebody bought a gift and paid."""
    gift = start_gift(offer=offer or GiftOfferFactory(), email=email, **words)
    record(StripeSide(gift.checkout, paid_at=paid_at).session())
    return Gift.objects.get(pk=gift.pk)


def donate(
    email: str,
    *,
    amount: Money = Money(3000, "EUR"),  # noqa: B008  it never changes
    paid_at: datetime | None = None,
    renewals: int = 0,
    **asked: object,
) -> Contribution:
    """Somebody gave and paid, and went on giving so often."""
    contribution = start_contribution(amount=amount, email=email, **asked)
    side = StripeSide(contribution.checkout, paid_at=paid_at)
    record(side.session())
    for period in range(1, renewals + 1):
        record(side.invoice(period))
    return Contribution.objects.get(pk=contribution.pk)


def redeem(gift: Gift, email: str, *, now: datetime | None = None) -> Membership:
    """Somebody redeemed the gift, now or then."""
    return redeem_gift(gift=Gift.objects.get(pk=gift.pk), user=User.objects.for_email(email), now=now)
