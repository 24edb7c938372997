from django.db import models


class BookCheck(models.Model):
    """When the books were last checked, and what came of it: one row. The findings themselves are open alarms."""

    checked_at = models.DateTimeField()
    seconds = models.FloatField()
    findings = models.PositiveIntegerField()
    is_offline = models.BooleanField(help_text="Stripe was not asked.")

    class Meta:
        constraints = [models.CheckConstraint(name="book_check_one_row", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return f"{self.findings} findings at {self.checked_at.isoformat()}"

    @classmethod
    def last(cls) -> "BookCheck | None":
        return cls.objects.first()
