"""What The Lantern sells, in four currencies: amounts of their own, not conversions."""

from members.models import (
    ContributionOffer,
    GiftOffer,
    IntroductoryOffer,
    Newsletter,
    Plan,
    Region,
    RegionalAmounts,
    Tier,
)
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
_NEWSLETTERS = [
    ("friday", "The Friday letter", "What happened in Port Aldern, and what it means.", "Every Friday"),
    ("harbour", "Harbour notes", "Ships, fish and the people who live off them.", "Twice a month"),
]
# Per currency: the least for a month of each tier, and the amounts suggested; a year costs ten months.
_MONTHLY = {
    "EUR": ([500, 2000], [500, 1000, 2000]),
    "USD": ([500, 2000], [500, 1000, 2000]),
    "GBP": ([400, 1800], [400, 800, 1800]),
    "JPY": ([800, 3000], [800, 1500, 3000]),
}
_MONTHS_PAID = {Interval.MONTH: 1, Interval.YEAR: 10}
# Per currency and interval: the amounts that donors are offered, and the least; the second is preselected.
_DONATIONS = {
    "EUR": {
        "": ([1000, 3000, 6000], 200),
        "month": ([500, 1000, 2000], 200),
        "year": ([5000, 10000, 20000], 1000),
    },
    "USD": {
        "": ([1500, 3500, 7500], 200),
        "month": ([700, 1500, 3000], 200),
        "year": ([7500, 15000, 30000], 1000),
    },
    "GBP": {
        "": ([1000, 2500, 5000], 200),
        "month": ([400, 800, 1500], 200),
        "year": ([4000, 8000, 16000], 1000),
    },
    "JPY": {
        "": ([1500, 3000, 6000], 300),
        "month": ([500, 1000, 2000], 300),
        "year": ([5000, 10000, 20000], 1000),
    },
}
_GIFT_MONTHS = {1: 1, 3: 3, 6: 6, 12: 10}

# Where each currency is offered first; the yen's readers find theirs in the switch.
_REGIONS = [
    (
        "europe",
        "Europe",
        "EUR",
        "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split(),
    ),
    ("uk", "United Kingdom", "GBP", ["GB", "GG", "IM", "JE"]),
    ("us", "United States", "USD", ["US"]),
    ("world", "Rest of the world", "USD", []),
]
# What Americans are used to being asked for.
_AMERICAN = {Interval.MONTH: [500, 1000, 1500, 2500], Interval.YEAR: [5000, 10_000, 15_000, 25_000]}


def seed_catalogue() -> None:
    """Regions, tiers, plans, gift and donation offers; those that are there stay as they are."""
    _seed_regions()
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
    for currency, offers in _DONATIONS.items():
        for interval, (amounts, floor) in offers.items():
            ContributionOffer.objects.get_or_create(
                interval=interval,
                currency=currency,
                defaults={"amounts": amounts, "preselected": amounts[1], "floor": floor},
            )
    _seed_old_and_new()


def _seed_regions() -> None:
    for position, (slug, name, currency, countries) in enumerate(_REGIONS):
        region, _ = Region.objects.get_or_create(
            slug=slug,
            defaults={"name": name, "currency": currency, "countries": countries, "position": position},
        )
        for interval, amounts in _AMERICAN.items() if slug == "us" else ():
            RegionalAmounts.objects.get_or_create(
                region=region, interval=interval, defaults={"suggested_amounts": amounts}
            )


def _seed_old_and_new() -> None:
    """A plan that is sold no more, and a dearer one that begins at half its price."""
    Plan.objects.get_or_create(
        tier=Tier.objects.get(slug="member"),
        interval=Interval.MONTH,
        currency="CHF",
        defaults={"amount": 600, "is_active": False},
    )
    keeper = Plan.objects.get(tier__slug="keeper", interval=Interval.MONTH, currency="EUR")
    IntroductoryOffer.objects.get_or_create(
        plan=keeper, defaults={"amount": keeper.amount // 2, "periods": 1}
    )


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


def seed_newsletters() -> None:
    for position, (slug, name, description, rhythm) in enumerate(_NEWSLETTERS):
        Newsletter.objects.get_or_create(
            slug=slug,
            defaults={"name": name, "description": description, "rhythm": rhythm, "position": position},
        )
