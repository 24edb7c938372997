"""What of a payment went back, or is held back: refunds and disputes, and how the payment stands by them."""

from datetime import datetime

from payments.alarms import clear_alarm
from payments.enums import AlarmKind, RefundStatus, Standing
from payments.fulfilment import regard
from payments.gateway.facts import ChargeFacts, DisputeFacts, RefundFacts
from payments.ledger.entries import post_dispute, post_refund
from payments.models import Dispute, Payment, Refund

GIVEN_BACK = (RefundStatus.PENDING, RefundStatus.SUCCEEDED)
"""Stripe takes a refund from us when it is asked for, not when it arrives."""


def record_returns(*, payment: Payment, charge: ChargeFacts, read_at: datetime) -> None:
    """Brings the payment's refunds and disputes up to what was read, and its standing to what they are."""
    for refund in charge.refunds:
        _record_refund(payment, refund, read_at)
    for dispute in charge.disputes:
        _record_dispute(payment, dispute, read_at)
    if charge.refunds or charge.disputes:
        standing = standing_of(payment)
        if standing != payment.standing:
            before, payment.standing = Standing(payment.standing), standing
            payment.save(update_fields=["standing"])
            regard(payment, before=before)
        if standing == Standing.RETURNED:
            clear_alarm(kind=AlarmKind.PAID_TWICE, subject=payment.charge_id)


def standing_of(payment: Payment) -> Standing:
    """Whose the money is by the rows of its refunds and disputes."""
    refunds = [refund.amount for refund in payment.refunds.all() if refund.status in GIVEN_BACK]
    disputes = list(payment.disputes.all())
    lost = [dispute.amount for dispute in disputes if dispute.status == Dispute.LOST]
    if sum(refunds) + sum(lost) >= payment.amount:
        return Standing.RETURNED
    is_held_back = any(dispute.is_holding_money for dispute in disputes)
    return Standing.FROZEN if is_held_back else Standing.HELD


def _record_refund(payment: Payment, facts: RefundFacts, read_at: datetime) -> None:
    post_refund(payment=payment, refund=facts)
    changing = {"status": facts.status, "failure_reason": facts.failure_reason, "read_at": read_at}
    refund, is_new = Refund.objects.get_or_create(
        stripe_id=facts.stripe_id,
        defaults={
            "livemode": payment.livemode,
            "payment": payment,
            "amount": facts.amount,
            "currency": facts.currency,
            "reason": facts.reason,
            "refunded_at": facts.refunded_at,
            **changing,
        },
    )
    if not is_new and refund.read_at < read_at:
        Refund.objects.filter(pk=refund.pk).update(**changing)


def _record_dispute(payment: Payment, facts: DisputeFacts, read_at: datetime) -> None:
    changing = {
        "amount": facts.amount,
        "status": facts.status,
        "reason": facts.reason,
        "evidence_due_at": facts.evidence_due_at,
        "read_at": read_at,
    }
    dispute, is_new = Dispute.objects.get_or_create(
        stripe_id=facts.stripe_id,
        defaults={
            "livemode": payment.livemode,
            "payment": payment,
            "currency": facts.currency,
            "opened_at": facts.opened_at,
            **changing,
        },
    )
    if is_new or dispute.read_at < read_at:
        # An older reading may know no more movements than a newer one, but it may think it lost, or not.
        post_dispute(payment=payment, dispute=facts)
        Dispute.objects.filter(pk=dispute.pk).update(**changing)
