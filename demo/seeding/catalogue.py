"""What The Lantern sells, in four currencies: amounts of their own, not conversions."""

from members.models import GiftOffer, Plan, Tier
from payments.enums import Interval

_TIERS = [
    (
        "member",
        "Lantern member",
        "Keeps the light on.",
        [
            "The Friday letter from the editors",
            "Member briefings, four times a year",
            "No paywall, for anybody",
        ],
    ),
    (
        "keeper",
        "Lantern keeper",
        "Pays for somebody who cannot.",
        [
            "Everything that members have",
            "An evening in the newsroom each spring",
            "A membership for a student, in your name",
        ],
    ),
]
# Per currency: the least for a month of each tier, and the amounts suggested; a year costs ten months.
_MONTHLY = {
    "EUR": ([500, 2000], [500, 1000, 2000]),
    "USD": ([500, 2000], [500, 1000, 2000]),
    "GBP": ([400, 1800], [400, 800, 1800]),
    "JPY": ([800, 3000], [800, 1500, 3000]),
}
_MONTHS_PAID = {Interval.MONTH: 1, Interval.YEAR: 10}
_GIFT_MONTHS = {1: 1, 3: 3, 6: 6, 12: 10}


def seed_catalogue() -> None:
    """Tiers, plans and gift offers; those that are there stay as they are."""
    for position, (slug, name, description, benefits) in enumerate(_TIERS):
        tier, _ = Tier.objects.get_or_create(
            slug=slug,
            defaults={
                "name": name,
                "description": description,
                "benefits": benefits,
                "position": position,
            },
        )
        _price(tier, position)


def _price(tier: Tier, position: int) -> None:
    for currency, (least, suggested) in _MONTHLY.items():
        for interval, paid in _MONTHS_PAID.items():
            Plan.objects.get_or_create(
                tier=tier,
                interval=interval,
                currency=currency,
                defaults={
                    "amount": least[position] * paid,
                    "suggested_amounts": [amount * paid for amount in suggested] if position == 0 else [],
                },
            )
        if position == 0:
            for months, paid in _GIFT_MONTHS.items():
                GiftOffer.objects.get_or_create(
                    tier=tier, months=months, currency=currency, defaults={"amount": least[0] * paid}
                )
