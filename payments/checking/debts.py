"""Is nothing owed that was paid, and nothing still collected for what has ended?"""

from django.db.models import Exists, OuterRef, Q

from payments.checking.findings import Found, book_check
from payments.enums import Debt
from payments.models import Payment, UnpaidInvoice


@book_check("unpaid_invoice_wrong")
def unpaid_invoice_wrong() -> Found:
    """A reader is asked for what they have paid, or for what is over; or another's payment settled it."""
    paid = Exists(Payment.objects.filter(invoice_id=OuterRef("invoice_id")))
    is_over = Q(state=Debt.OPEN, subscription__ended_at__isnull=False)
    for invoice in UnpaidInvoice.objects.filter((paid & ~Q(state=Debt.RECOVERED)) | is_over):
        yield invoice.invoice_id, f"{invoice} is paid, or its subscription has ended"
    recovered = UnpaidInvoice.objects.filter(state=Debt.RECOVERED).select_related("payment")
    for invoice in recovered.iterator():
        if invoice.payment and invoice.payment.invoice_id != invoice.invoice_id:
            yield (
                invoice.invoice_id,
                f"{invoice} rests on {invoice.payment.charge_id}, which paid something else",
            )
