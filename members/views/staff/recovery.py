from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments.models import UnpaidInvoice
from payments.recovery import by_month, open_sums
from payments.views.staff import MOST, for_staff


@never_cache
@require_safe
@for_staff("payments.view_unpaidinvoice")
def recovery(request: HttpRequest) -> HttpResponse:
    """Payments that failed: who owes now, and how much came in after all."""
    found = UnpaidInvoice.objects.open()
    context = {
        "cases": found.select_related("subscription__checkout__user", "subscription__customer__user")[:MOST],
        "case_count": found.count(),
        "most": MOST,
        "sums": open_sums(),
        "months": by_month(),
    }
    return render(request, "members/staff/recovery.html", context)
