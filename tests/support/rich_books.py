"""A newsroom's books after some weeks: every kind of fact that there is, in five currencies, nothing wrong."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from campaigns.enums import GiftsCount
from members.contributions.contributing import start_contribution
from members.gifts.gifting import start_gift
from members.models import Gift
from members.selling.joining import start_signup
from payments.enums import CheckoutStatus, PayoutStatus, QueueState, RefundStatus
from payments.gateway.facts import LooseTransaction, StrayCharge
from payments.models import Checkout, Cursor, RefundProposal
from payments.money import Money
from payments.proposing import dismiss_proposal
from payments.reconciling import polling
from payments.recording import record
from tests.factories.campaigns import CampaignFactory
from tests.factories.members import GiftOfferFactory, ImportedMembershipFactory, PlanFactory, UserFactory
from tests.factories.payments import StripeEventFactory
from tests.support.stories import redeem
from tests.support.stripe_side import StripeSide, movement, payout


@dataclass
class RichBooks:
    """Stripe's side of each story, by the name of who is in it."""

    start: datetime
    sides: dict[str, StripeSide] = field(default_factory=dict)

    def day(self, number: int) -> datetime:
        return self.start + timedelta(days=number)

    def join(self, name: str, *, day: int, plan, rate: int = 1, settled_in: str = "") -> StripeSide:
        """Somebody joined and paid."""
        asked = start_signup(plan=plan, amount=plan.amount, email=f"{name}@example.org")
        return self._paid(name, asked.checkout, day, rate, settled_in)

    def give(self, name: str, *, day: int, offer, rate: int = 1, settled_in: str = "") -> Gift:
        """Somebody bought a gift and paid."""
        gift = start_gift(offer=offer, email=f"{name}@example.org")
        self._paid(name, gift.checkout, day, rate, settled_in)
        return Gift.objects.get(pk=gift.pk)

    def _paid(self, name: str, checkout: Checkout, day: int, rate: int, settled_in: str) -> StripeSide:
        side = StripeSide(checkout, paid_at=self.day(day), rate=rate, settled_in=settled_in)
        self.sides[name] = side
        record(side.session())
        return side


def rich_books(start: datetime | None = None) -> RichBooks:
    """Made by the code that records everything, beginning 40 days ago unless told otherwise."""
    now = timezone.now().astimezone(UTC)
    books = RichBooks(start or now.replace(hour=10, minute=30, second=0, microsecond=0) - timedelta(days=40))
    CampaignFactory(
        slug="spring", starts_at=books.day(5), ends_at=books.day(90), gifts_count=GiftsCount.AT_REDEMPTION
    )
    for story in (_joins, _gifts, _donations, _returns, _disputes, _paid_twice, _odds, _payouts):
        story(books)
    return books


def _joins(books: RichBooks) -> None:
    tier = PlanFactory().tier
    ada = books.join("ada", day=0, plan=tier.plans.get())
    record(ada.invoice(1))
    books.join("bob", day=1, plan=PlanFactory(tier=tier, interval="year", currency="USD", amount=9900))
    books.join(
        "carol", day=2, plan=PlanFactory(tier=tier, currency="JPY", amount=1500), rate=2, settled_in="EUR"
    )
    books.join("hanna", day=3, plan=tier.plans.get(currency="EUR"))
    books.join("dora", day=3, plan=PlanFactory(tier=tier, currency="KWD", amount=3110))
    waiting = start_signup(plan=tier.plans.get(currency="EUR"), amount=1500, email="open@example.org")
    record(StripeSide(waiting.checkout).session(CheckoutStatus.OPEN))
    expired = start_signup(plan=tier.plans.get(currency="EUR"), amount=1500, email="expired@example.org")
    record(StripeSide(expired.checkout).session(CheckoutStatus.EXPIRED))
    ImportedMembershipFactory(
        tier=tier, starts_on=books.start.date(), ends_on=books.day(90).date(), granted_at=books.start
    )


def _gifts(books: RichBooks) -> None:
    offer = GiftOfferFactory()
    redeem(books.give("gabriel", day=4, offer=offer), "anna@example.org", now=books.day(6))
    dinars = GiftOfferFactory(tier=offer.tier, currency="KWD", amount=12_340)
    redeem(
        books.give("gwen", day=5, offer=dinars, rate=3, settled_in="EUR"), "ben@example.org", now=books.day(7)
    )
    books.give("gil", day=5, offer=GiftOfferFactory(tier=offer.tier, currency="JPY", amount=9000))
    books.give("gus", day=6, offer=offer)
    gus = books.sides["gus"]
    record(gus.affairs(refunds=[gus.refund(9000)]))
    redeem(books.give("gina", day=6, offer=offer), "cora@example.org", now=books.day(8))
    gina = books.sides["gina"]
    record(gina.affairs(refunds=[gina.refund(2500)]))


def _donations(books: RichBooks) -> None:
    paid = Money(3000, "EUR")
    for name, asked in (("dana", {"fee_cover": 71}), ("dina", {"interval": "month"}), ("dono", {})):
        given = start_contribution(amount=paid, email=f"{name}@example.org", **asked)
        books._paid(name, given.checkout, 6, rate=1, settled_in="")
    dina, dono = books.sides["dina"], books.sides["dono"]
    record(dina.invoice(1))
    record(dono.affairs(refunds=[dono.refund(1000)]))


def _returns(books: RichBooks) -> None:
    bob, carol, dora = (books.sides[name] for name in ("bob", "carol", "dora"))
    record(bob.affairs(refunds=[bob.refund(1000)]))
    record(bob.affairs(refunds=[bob.refund(1000), bob.refund(2050, number=2)]))
    record(carol.affairs(refunds=[carol.refund(1500)]))
    record(dora.affairs(refunds=[dora.refund(3110)]))
    record(dora.affairs(refunds=[dora.refund(3110, status=RefundStatus.FAILED)]))


def _disputes(books: RichBooks) -> None:
    plan = PlanFactory(amount=2000)
    for name, settled_in, statuses in (
        ("mona", "", ["needs_response", "won"]),
        ("nora", "USD", ["needs_response", "under_review", "lost"]),
        ("olga", "", ["needs_response"]),
        ("pia", "", ["warning_needs_response"]),
        ("quin", "", ["needs_response", "lost", "won"]),
    ):
        side = books.join(name, day=9, plan=plan, rate=2 if settled_in else 1, settled_in=settled_in)
        for status in statuses:
            record(side.affairs(disputes=[side.dispute(status)]))


def _paid_twice(books: RichBooks) -> None:
    plan = PlanFactory(amount=3000)
    for name in ("rosa", "sara"):
        books.join(name, day=10, plan=plan)
        twice = start_signup(plan=plan, amount=3500, email=f"{name}@example.org")
        side = StripeSide(twice.checkout, paid_at=books.day(11))
        books.sides[f"{name} again"] = side
        record(side.session())
    accepted = RefundProposal.objects.get(payment__user__email="sara@example.org")
    dismiss_proposal(proposal=accepted, user=UserFactory(is_staff=True))


def _odds(books: RichBooks) -> None:
    """A fee of Stripe's; money that a checkout explained later; what the inbox and the cursor remember."""
    fee = movement("txn_fee", -450, "EUR", category="fee", source="", at=books.day(12))
    record(LooseTransaction(fee, livemode=False))
    plan = PlanFactory(amount=2000)
    late = StripeSide(
        start_signup(plan=plan, amount=2000, email="tess@example.org").checkout, paid_at=books.day(12)
    )
    books.sides["tess"] = late
    record(StrayCharge(late.charge(), livemode=False))
    record(late.session())
    for day in (12, 13):
        StripeEventFactory(state=QueueState.DONE, processed_at=timezone.now(), received_at=books.day(day))
    cursor = Cursor.claim(polling.CURSOR, start=books.start)
    if cursor:
        cursor.advance(timezone.now())
        cursor.release(is_finished=True)


def _payouts(books: RichBooks) -> None:
    ada, mona, gil = (books.sides[name] for name in ("ada", "mona", "gil"))
    members = [ada.transaction(), mona.transaction(), *mona.dispute("won").transactions]
    for status in (PayoutStatus.IN_TRANSIT, PayoutStatus.PAID):
        record(payout(members, number=1, at=books.day(13), status=status, read_at=timezone.now()))
    record(payout([gil.transaction()], number=2, at=books.day(14), status=PayoutStatus.FAILED))


def add_stray(books: RichBooks) -> StrayCharge:
    """Somebody took money by hand: nothing of ours explains it."""
    at = books.day(15)
    stray = replace(
        books.sides["ada"].charge(),
        stripe_id="ch_stray",
        payment_intent_id="pi_stray",
        paid_at=at,
        transaction=movement("txn_stray", 700, "EUR", fee=35, category="charge", source="ch_stray", at=at),
    )
    record(StrayCharge(stray, livemode=False))
    return StrayCharge(stray, livemode=False)
