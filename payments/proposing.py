"""A payment that bought nothing new waits for a person: give it back, or let it count after all."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from payments.alarms import clear_alarm, raise_alarm
from payments.enums import AlarmKind
from payments.fulfilment import fulfil
from payments.models import Checkout, Payment, RefundProposal

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


def propose_refund(*, payment: Payment, reason: str) -> RefundProposal:
    """Says that the payment should go back, once; staff are told."""
    proposal, _ = RefundProposal.objects.get_or_create(payment=payment, defaults={"reason": reason})
    raise_alarm(
        kind=AlarmKind.PAID_TWICE,
        subject=payment.charge_id,
        message=f"{payment.money} taken on {payment.paid_at:%Y-%m-%d}: {proposal.reason}",
    )
    return proposal


@transaction.atomic
def dismiss_proposal(*, proposal: RefundProposal, user: "AbstractBaseUser") -> None:
    """The money stays, and buys what it was paid for after all. Done again, changes nothing."""
    Checkout.objects.select_for_update().get(pk=proposal.payment.checkout_id)
    open_one = RefundProposal.objects.open().filter(pk=proposal.pk)
    if open_one.update(dismissed_at=timezone.now(), dismissed_by=user):
        clear_alarm(kind=AlarmKind.PAID_TWICE, subject=proposal.payment.charge_id)
        fulfil(Payment.objects.get(pk=proposal.payment_id))


def is_accepted(payment: Payment) -> bool:
    """Somebody decided that the payment counts, although it looked like one too many."""
    return RefundProposal.objects.filter(payment=payment, dismissed_at__isnull=False).exists()
