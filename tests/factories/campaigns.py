from datetime import timedelta

import factory
from django.utils import timezone

from campaigns.models import Campaign


class CampaignFactory(factory.django.DjangoModelFactory):
    """Runs now: since yesterday, for ten days."""

    class Meta:
        model = Campaign

    slug = factory.Sequence(lambda n: f"campaign-{n}")
    title = "Ten years of The Lantern"
    banner = "Help us reach a thousand new members."
    headline = "Keep the lantern burning"
    body = "We report from the harbour.\n\nHelp us stay."
    goal = 1000
    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))
    ends_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=9))
