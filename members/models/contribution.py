from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from members.enums import Dedication, ReminderChoice
from members.models.contribution_offer import FREQUENCIES, ONCE
from payments.enums import Interval, Standing
from payments.models.checkout import Checkout
from payments.models.fields import AmountField, CurrencyField
from payments.models.payment import Payment
from payments.models.subscription import Subscription
from payments.money import Money

LONGEST_NAME = 80
LONGEST_MESSAGE = 300


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def received(self) -> Self:
        """Paid at least once."""
        return self.filter(paid_at__isnull=False)

    def held(self) -> Self:
        """Those of which some money is ours, and no bank asks for it back."""
        ours = Payment.objects.filter(checkout=OuterRef("checkout"), standing=Standing.HELD)
        return self.filter(Exists(ours))

    def to_be_told(self) -> Self:
        """Paid for, and somebody waits to hear of the dedication."""
        waiting = self.received().exclude(notify_email="")
        return waiting.filter(notified_at__isnull=True, notify_stopped_at__isnull=True)

    def thanked_in_public(self) -> Self:
        """Under a name that we looked at, the latest first."""
        return self.received().held().filter(is_name_approved=True).order_by("-paid_at")


class Contribution(models.Model):
    """Money that somebody gives without anything in return: once, or at each interval until they stop.

    One row per thing asked for, before it is paid; each payment of its checkout is one more of the same.
    """

    fingerprint = models.CharField(max_length=64, editable=False, help_text="Of all that was asked for.")
    email = models.EmailField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="contributions",
    )
    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, related_name="contribution")
    amount = AmountField(
        help_text="What the donor chose to give, in minor units, before what covers the fee."
    )
    fee_cover = AmountField(default=0, help_text="What is given on top, so that Stripe's fee is covered.")
    currency = CurrencyField()
    interval = models.CharField(max_length=5, choices=FREQUENCIES, blank=True)
    campaign_code = models.SlugField(blank=True, help_text="The campaign that the donor came through.")
    attribution = models.JSONField(
        default=dict, blank=True, help_text="The utm parameters of the link that the donor came by."
    )
    public_name = models.CharField(
        max_length=LONGEST_NAME, blank=True, help_text="Under which the donor wants to be thanked in public."
    )
    is_name_approved = models.BooleanField(default=False, help_text="We show it.")
    dedication = models.CharField(max_length=10, choices=Dedication, blank=True)
    honoree_name = models.CharField(max_length=LONGEST_NAME, blank=True)
    message = models.CharField(max_length=LONGEST_MESSAGE, blank=True)
    notify_name = models.CharField(max_length=LONGEST_NAME, blank=True)
    notify_email = models.EmailField(blank=True, help_text="Who is told of the dedication, once.")
    notified_at = models.DateTimeField(
        null=True, blank=True, help_text="When that mail was given to the outbox."
    )
    notify_stopped_at = models.DateTimeField(null=True, blank=True)
    reminder = models.CharField(max_length=10, choices=ReminderChoice, blank=True)
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    paid_at = models.DateTimeField(null=True, blank=True, help_text="When its first payment was taken.")

    objects = ContributionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="contribution_open_once", fields=["fingerprint"], condition=Q(is_open=True)
            ),
            models.CheckConstraint(
                name="contribution_amount_positive", condition=Q(amount__gt=0, fee_cover__gte=0)
            ),
            models.CheckConstraint(
                name="contribution_interval_known", condition=Q(interval__in=[ONCE, *Interval.values])
            ),
            models.CheckConstraint(
                name="contribution_dedication_known", condition=Q(dedication__in=Dedication.values)
            ),
            models.CheckConstraint(
                name="contribution_dedicated_to_somebody",
                condition=~Q(dedication=Dedication.NONE)
                | Q(honoree_name="", message="", notify_name="", notify_email=""),
            ),
            models.CheckConstraint(
                name="contribution_reminder_known", condition=Q(reminder__in=ReminderChoice.values)
            ),
            models.CheckConstraint(
                name="contribution_reminds_once_givers", condition=Q(reminder="") | Q(interval=ONCE)
            ),
            models.CheckConstraint(
                name="contribution_approved_has_name",
                condition=Q(is_name_approved=False) | ~Q(public_name=""),
            ),
            models.CheckConstraint(
                name="contribution_notified_or_stopped",
                condition=Q(notified_at__isnull=True) | Q(notify_stopped_at__isnull=True),
            ),
            models.CheckConstraint(
                name="contribution_paid_is_closed", condition=Q(paid_at__isnull=True) | Q(is_open=False)
            ),
        ]
        indexes = [models.Index(fields=["paid_at"])]

    def __str__(self) -> str:
        return f"{self.total} from {self.email}"

    @property
    def total(self) -> Money:
        """What each payment takes."""
        return Money(self.amount + self.fee_cover, self.currency)

    @property
    def is_recurring(self) -> bool:
        return self.interval != ONCE

    @property
    def may_have_reminders(self) -> bool:
        return self.paid_at is not None and not self.is_recurring

    @property
    def is_returned(self) -> bool:
        """All that was paid for it went back."""
        return all(payment.standing == Standing.RETURNED for payment in self.checkout.payments.all())

    @property
    def subscription(self) -> Subscription | None:
        """By which a recurring one is charged."""
        return next(iter(self.checkout.subscriptions.all()), None)


class ReminderQuerySet(models.QuerySet["ContributionReminder"]):
    def waiting(self) -> Self:
        """Neither sent nor stopped."""
        return self.filter(owed_at__isnull=True, stopped_at__isnull=True)


class ContributionReminder(models.Model):
    """A day on which somebody who gave once wants to hear from us. Waits, is owed as a mail, or was stopped."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="reminders")
    due_on = models.DateField()
    owed_at = models.DateTimeField(null=True, blank=True, help_text="When the mail was given to the outbox.")
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="contribution_reminder_once", fields=["contribution", "due_on"]),
            models.CheckConstraint(
                name="contribution_reminder_owed_or_stopped",
                condition=Q(owed_at__isnull=True) | Q(stopped_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                name="contribution_reminder_waiting",
                fields=["due_on"],
                condition=Q(owed_at__isnull=True, stopped_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.due_on} for contribution {self.contribution_id}"
