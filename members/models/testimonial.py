from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.enums import Verdict
from payments.models.checkout import Checkout


class TestimonialQuerySet(models.QuerySet["Testimonial"]):
    def approved(self) -> Self:
        """What may be shown, latest first."""
        return self.filter(verdict=Verdict.APPROVED).order_by("-decided_at", "-pk")

    def waiting(self) -> Self:
        """What staff have not decided about yet, oldest first."""
        return self.filter(verdict=Verdict.WAITING).order_by("written_at", "pk")


class Testimonial(models.Model):
    """Why somebody joined, in their words, shown under the name that they chose, if staff approve."""

    LONGEST = 280

    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, related_name="testimonial")
    text = models.CharField(max_length=LONGEST)
    name = models.CharField(max_length=80, help_text="As it shall be shown.")
    campaign_code = models.SlugField(blank=True)
    consented_at = models.DateTimeField(help_text="When they agreed that we show it.")
    written_at = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.WAITING)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = TestimonialQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="testimonial_verdict_known", condition=Q(verdict__in=Verdict.values)),
            models.CheckConstraint(name="testimonial_says_something", condition=~Q(text="") & ~Q(name="")),
            models.CheckConstraint(
                name="testimonial_decided_has_time",
                condition=Q(verdict=Verdict.WAITING) | Q(decided_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["verdict", "written_at"])]

    def __str__(self) -> str:
        return f"{self.name}: {self.text[:60]}"

    @property
    def is_waiting(self) -> bool:
        return self.verdict == Verdict.WAITING
