"""Three weeks of joins and gifts, paid at the sandbox and recorded by the code that records everything."""

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.request import Request, urlopen

from django.conf import settings
from django.utils import timezone

from campaigns.models import Campaign
from demo.seeding.people import names
from members.gifts.gifting import redeem_gift, start_gift
from members.models import Gift, GiftOffer, Plan, Signup, User
from members.selling.joining import start_signup
from payments import recording
from payments.enums import Interval
from payments.gateway import reading
from payments.gateway.opening import session_parameters
from payments.models import Checkout
from payments.silence import silence

_CARD = "4242424242424242"
_CHUNK = 100
MEMBER = "member@example.org"
# How a campaign goes: a strong first days, a long middle with dull weekends, a push when two thirds are over.
_LAUNCH, _PUSH_BEGINS, _PUSH = 3.2, 0.72, 1.6
_HOURS = [1, 1, 1, 1, 1, 2, 4, 8, 9, 8, 7, 7, 8, 7, 6, 6, 7, 8, 9, 10, 9, 7, 4, 2]
_CURRENCIES = ["EUR"] * 7 + ["USD"] * 2 + ["GBP"]

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Played:
    """An attempt, and when it was paid."""

    checkout: Checkout
    at: datetime


def moments(campaign: Campaign, count: int, now: datetime) -> list[datetime]:
    """`count` instants between the campaign's start and now, on a curve as campaigns have; in order."""
    chooser = random.Random(campaign.slug)
    days = max((now - campaign.starts_at).days, 1)
    weights = [_weight(day, days, campaign.starts_at + timedelta(days=day)) for day in range(days)]
    found = []
    for day in chooser.choices(range(days), weights, k=count):
        hour = chooser.choices(range(24), _HOURS)[0]
        found.append(campaign.starts_at + timedelta(days=day, hours=hour, seconds=chooser.randrange(3600)))
    return sorted(found)


def _weight(day: int, days: int, date: datetime) -> float:
    launch = _LAUNCH / (1 + day)
    push = _PUSH if day > _PUSH_BEGINS * days else 1
    weekend = 0.6 if date.weekday() >= 5 else 1
    return (launch + push) * weekend


def seed_history(campaign: Campaign, *, joins: int, gifts: int, redeemed: int, progress: Progress) -> None:
    """Plays what is not there yet; `redeemed` of the gifts have found their recipient."""
    when = moments(campaign, joins + gifts, timezone.now() - timedelta(hours=1))
    chooser = random.Random("gifts")
    given = set(chooser.sample(range(len(when)), gifts))
    gift_moments = [moment for number, moment in enumerate(when) if number in given]
    join_moments = [moment for number, moment in enumerate(when) if number not in given]
    with silence():
        played = [*_join(campaign, join_moments), *_give(campaign, gift_moments)]
        pay_and_record(played, progress)
        _redeem(campaign, redeemed)


def _join(campaign: Campaign, when: list[datetime]) -> Iterable[Played]:
    chooser = random.Random("joins")
    there = set(Signup.objects.filter(is_open=False).values_list("email", flat=True))
    people = [email for _, email in names("j", len(when))]
    # Whoever tries the demo can be a member who pays: the last who joined.
    people[-1:] = [MEMBER]
    for at, email in zip(when, people, strict=True):
        interval = chooser.choices([Interval.MONTH, Interval.YEAR], [7, 3])[0]
        plan = Plan.objects.on_sale(chooser.choice(_CURRENCIES)).filter(interval=interval).first()
        if plan is None or email in there:
            continue
        amount = chooser.choices(plan.suggested_amounts, [6, 3, 1])[0]
        signup = start_signup(plan=plan, amount=amount, email=email, campaign_code=campaign.slug)
        yield Played(signup.checkout, at)


def _give(campaign: Campaign, when: list[datetime]) -> Iterable[Played]:
    chooser = random.Random("giving")
    there = set(Gift.objects.filter(payment__isnull=False).values_list("giver_email", flat=True))
    for at, (name, email) in zip(when, names("g", len(when)), strict=True):
        offer = chooser.choice(list(GiftOffer.objects.on_sale("EUR")))
        if email not in there:
            gift = start_gift(offer=offer, email=email, giver_name=name, campaign_code=campaign.slug)
            yield Played(gift.checkout, at)


def pay_and_record(played: list[Played], progress: Progress) -> None:
    """Pays them at the sandbox, and records what it then says."""
    for start in range(0, len(played), _CHUNK):
        chunk = played[start : start + _CHUNK]
        for session_id in _pay(chunk):
            snapshot = reading.snapshot_of_session(session_id)
            if snapshot:
                recording.record(snapshot)
        progress(start + len(chunk), len(played))


def _pay(chunk: list[Played]) -> list[str]:
    """Has the sandbox play the payments as of their time; gives the sessions' ids."""
    body = {"checkouts": [_as_history(each) for each in chunk]}
    request = Request(  # noqa: S310  an address from our settings
        f"{settings.STRIPE_API_BASE}/_sandbox/history",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}", "Content-Type": "application/json"},
    )
    with urlopen(request, timeout=60) as answer:  # noqa: S310
        found: list[str] = json.load(answer)["sessions"]
    return found


def _as_history(played: Played) -> dict[str, object]:
    home = settings.SITE_URL + "/"
    parameters = session_parameters(played.checkout, success_url=home, cancel_url=home)
    parameters.pop("expires_at", None)
    return {"at": int(played.at.timestamp()), "card": _CARD, "session": parameters}


def _redeem(campaign: Campaign, count: int) -> None:
    waiting = (
        Gift.objects.filter(payment__isnull=False).select_related("payment").order_by("payment__paid_at")
    )
    recipients = names("r", count)
    for gift, (_, email) in zip(waiting[:count], recipients, strict=False):
        if gift.redeemed_at is None and gift.payment:
            at = min(gift.payment.paid_at + timedelta(days=1, hours=2), timezone.now())
            redeem_gift(gift=gift, user=User.objects.for_email(email), now=at)
