from django.db import models
from django.utils.translation import gettext_lazy as _


class Origin(models.TextChoices):
    """What a membership came from."""

    PAID = "paid", _("Paid")
    GIFT = "gift", _("Gift")
    COMP = "comp", _("Complimentary")
    IMPORT = "import", _("Brought over")


class MailKind(models.TextChoices):
    """Each mail that we send; with its reference it is sent once."""

    WELCOME = "welcome"
    GIFT_READY = "gift_ready"
    GIFT_REDEEMED = "gift_redeemed"
    PAID_TWICE = "paid_twice"
