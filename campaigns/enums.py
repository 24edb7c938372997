from django.db import models
from django.utils.translation import gettext_lazy as _


class Metric(models.TextChoices):
    """What a campaign counts."""

    NEW_MEMBERS = "new_members", _("new members")


class GiftsCount(models.TextChoices):
    """When a gift counts; never twice."""

    AT_REDEMPTION = "redemption", _("when it is redeemed by somebody new")
    AT_PURCHASE = "purchase", _("when it is bought")
    NEVER = "never", _("not at all")


class CampaignState(models.TextChoices):
    SCHEDULED = "scheduled"
    OPEN = "open"
    ALMOST = "almost"
    REACHED = "reached"
    ENDED = "ended"
