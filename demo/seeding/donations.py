"""Some weeks of donations, so that the pages about them have something to show."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from campaigns.models import Campaign
from demo.seeding.history import Played, Progress, moments, pay_and_record
from demo.seeding.people import names
from members.contributions.contributing import start_contribution
from members.models import Contribution, ContributionOffer
from payments.money import Money
from payments.silence import silence

_HONOURED = [
    ("", ""),
    ("", ""),
    ("memory", "Captain Ilse Marek"),
    ("memory", "Old Piet, who read every page"),
    ("honour", "the night shift at Netherquay"),
]


def seed_donations(campaign: Campaign, count: int, progress: Progress) -> None:
    """Plays those that are not there yet; who wants to be named is."""
    when = moments(campaign, count, timezone.now() - timedelta(hours=1))
    with silence():
        pay_and_record(list(_donate(campaign, when)), progress)
    seeded = Contribution.objects.filter(email__in=[email for _, email in names("d", count)])
    seeded.exclude(public_name="").update(is_name_approved=True)


def _donate(campaign: Campaign, when: list[datetime]) -> Iterable[Played]:
    chooser = random.Random("donations")
    there = set(Contribution.objects.received().values_list("email", flat=True))
    for at, (name, email) in zip(when, names("d", len(when)), strict=True):
        interval = chooser.choices(["", "month", "year"], [6, 3, 1])[0]
        offer = ContributionOffer.objects.get(currency="EUR", interval=interval)
        amount = Money(chooser.choice(offer.amounts), offer.currency)
        dedication, honoree = chooser.choice(_HONOURED)
        named = chooser.choice(["", name])
        if email not in there:
            given = start_contribution(
                amount=amount,
                email=email,
                interval=interval,
                campaign_code=campaign.slug,
                public_name=named,
                dedication=dedication,
                honoree_name=honoree,
            )
            yield Played(given.checkout, at)
