from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.accounts.confirming import ReaderRequest
from members.receipts import lines_of, payments_of, statement, totals_of, years_of


@never_cache
@login_required
@require_safe
def receipts(request: ReaderRequest) -> HttpResponse:
    """All that I paid, latest first."""
    payments = list(payments_of(request.user))
    context = {
        "payments": [{"payment": payment, "lines": lines_of(payment)} for payment in payments],
        "years": years_of(payments),
        "has_invoices": any(payment.invoice_id for payment in payments),
    }
    return render(request, "members/account/receipts.html", context)


@never_cache
@login_required
@require_safe
def receipt(request: ReaderRequest, pk: int) -> HttpResponse:
    """One payment, to print. Somebody else's is none that I could find."""
    payment = get_object_or_404(payments_of(request.user), pk=pk)
    lines = lines_of(payment)
    context = {"payment": payment, "lines": lines, "totals": totals_of(lines)}
    return render(request, "members/account/receipt.html", context)


@never_cache
@login_required
@require_safe
def year(request: ReaderRequest, year: int) -> HttpResponse:
    """A calendar year, to print."""
    payments = list(payments_of(request.user))
    if year not in years_of(payments):
        raise Http404
    context = {"statement": statement(payments, year), "years": years_of(payments)}
    return render(request, "members/account/statement.html", context)
