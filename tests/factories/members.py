import factory
from django.utils import timezone

from members.enums import Origin
from members.models import (
    ContributionOffer,
    GiftOffer,
    IntroductoryOffer,
    Membership,
    Plan,
    Region,
    RegionalAmounts,
    Tier,
    User,
)
from payments.enums import Interval


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"reader{n}@example.org")
    password = "!unusable"


class TierFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Tier

    slug = factory.Sequence(lambda n: f"tier-{n}")
    name = "Friend"
    benefits = factory.LazyFunction(lambda: ["The weekly letter"])


class PlanFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Plan

    tier = factory.SubFactory(TierFactory)
    interval = Interval.MONTH
    currency = "EUR"
    amount = 1000
    suggested_amounts = factory.LazyFunction(lambda: [1000, 1500, 2500])


class RegionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Region

    slug = factory.Sequence(lambda n: f"region-{n}")
    name = factory.Sequence(lambda n: f"Region {n}")
    currency = "EUR"


class RegionalAmountsFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RegionalAmounts

    region = factory.SubFactory(RegionFactory)
    interval = Interval.MONTH


class IntroductoryOfferFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = IntroductoryOffer

    plan = factory.SubFactory(PlanFactory)
    amount = 100


class GiftOfferFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = GiftOffer

    tier = factory.SubFactory(TierFactory)
    months = 12
    currency = "EUR"
    amount = 9000


class ContributionOfferFactory(factory.django.DjangoModelFactory):
    """Once, unless told otherwise."""

    class Meta:
        model = ContributionOffer

    interval = ""
    currency = "EUR"
    amounts = factory.LazyFunction(lambda: [1000, 3000, 5000])
    preselected = 3000
    floor = 200


class ImportedMembershipFactory(factory.django.DjangoModelFactory):
    """A membership that rests on no payment of ours."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    tier = factory.SubFactory(TierFactory)
    origin = Origin.IMPORT
    granted_at = factory.LazyFunction(timezone.now)
