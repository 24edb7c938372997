"""The people of `rich_books` once more, this time paying at a real sandbox: its balance has an opinion."""

from django.utils import timezone

from members.gifts.gifting import redeem_gift
from members.models import Gift, User
from members.selling.joining import start_signup
from payments.enums import CheckoutStatus
from payments.models import Checkout, RefundProposal
from payments.proposing import dismiss_proposal
from tests.factories.members import GiftOfferFactory, PlanFactory, UserFactory
from tests.support.at_stripe import AtStripe, deliver, walked

_JOINED = ("ada", "bob", "carol", "dora", "hanna", "mona", "nora", "olga", "pia", "quin", "tess")


def rich_at_stripe(stripe: AtStripe) -> None:
    """All that they did, walked over and recorded."""
    plans = [
        PlanFactory(currency=currency, amount=amount)
        for currency, amount in [("EUR", 1000), ("JPY", 1500), ("KWD", 3110), ("USD", 2000)]
    ]
    for number, name in enumerate(_JOINED):
        stripe.join(_mail(name), plan=plans[number % len(plans)])
    for name, interval in (("dana", ""), ("dina", "month"), ("dono", "")):
        stripe.donate(_mail(name), interval=interval)
    _give(stripe)
    _pay_twice(stripe)
    _give_back(stripe)
    _dispute(stripe)
    for each in stripe.switch("payout", {"currency": "eur", "all": True})["payouts"]:
        stripe.switch("payout/settle", {"payout": each["id"], "status": "paid"})
    expired = start_signup(plan=plans[0], amount=1000, email=_mail("expired")).checkout
    Checkout.objects.filter(pk=expired.pk).update(status=CheckoutStatus.EXPIRED)
    walked(stripe)
    deliver(stripe.bodies()[-2:])


def charge_of(stripe: AtStripe, name: str) -> str:
    """The reader's first charge at Stripe."""
    return stripe.charge_of(Checkout.objects.filter(email=_mail(name)).earliest("pk")).id


def _mail(name: str) -> str:
    return f"{name}@example.org"


def _give(stripe: AtStripe) -> None:
    offer = GiftOfferFactory()
    for name in ("gabriel", "gwen", "gina", "gil"):
        stripe.give(_mail(name), offer=offer)
    walked(stripe)
    for giver, recipient in [("gabriel", "anna"), ("gwen", "ben"), ("gina", "cora")]:
        gift = Gift.objects.get(giver_email=_mail(giver))
        redeem_gift(gift=gift, user=User.objects.for_email(_mail(recipient)), now=timezone.now())


def _pay_twice(stripe: AtStripe) -> None:
    plan = PlanFactory(amount=3000)
    for name in ("rosa", "sara"):
        stripe.join(_mail(name), plan=plan)
        walked(stripe)
        stripe.join(_mail(name), plan=plan)
        walked(stripe)
    accepted = RefundProposal.objects.get(payment__checkout__email=_mail("sara"))
    dismiss_proposal(proposal=accepted, user=UserFactory(is_staff=True))


def _give_back(stripe: AtStripe) -> None:
    for name, amount in [("bob", 100), ("bob", 250), ("carol", None), ("gina", 2500)]:
        asked = {"charge": charge_of(stripe, name)} | ({"amount": amount} if amount else {})
        stripe.api.refunds.create(asked)


def _dispute(stripe: AtStripe) -> None:
    for name, outcome in [("mona", "won"), ("nora", "lost"), ("olga", None), ("quin", "won")]:
        dispute = stripe.switch("dispute", {"charge": charge_of(stripe, name)})
        if outcome:
            stripe.switch("dispute/close", {"dispute": dispute["id"], "outcome": outcome})
    stripe.switch("dispute", {"charge": charge_of(stripe, "pia"), "status": "warning_needs_response"})
