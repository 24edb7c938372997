"""Set questions about who is entitled and who has given, for campaigns and staff. What went back does not count."""

from datetime import datetime

from members.enums import Origin
from members.models import Gift, Membership, User
from payments.enums import Standing


def count_new_members(*, start: datetime, end: datetime, are_gifts_included: bool) -> int:
    """Distinct people who became members in `[start, end)` and were none in the year before."""
    origins = [Origin.PAID, Origin.GIFT] if are_gifts_included else [Origin.PAID]
    joined = Membership.objects.held().filter(granted_at__gte=start, granted_at__lt=end, origin__in=origins)
    return joined.of_newcomers().values("user").distinct().count()


def count_gifts_bought(*, start: datetime, end: datetime) -> int:
    """Gifts paid for in `[start, end)`."""
    bought = Gift.objects.filter(payment__paid_at__gte=start, payment__paid_at__lt=end)
    return bought.exclude(payment__standing=Standing.RETURNED).count()


def count_supporters() -> int:
    """Distinct people who have given money: paid here, or brought over as paying members."""
    paid = User.objects.filter(payments__standing__in=[Standing.HELD, Standing.FROZEN]).values("pk")
    brought = User.objects.filter(memberships__origin=Origin.IMPORT).values("pk")
    return paid.union(brought).count()
