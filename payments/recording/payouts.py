from payments.gateway.facts import PayoutFacts
from payments.ledger.booking import keep
from payments.ledger.entries import post_payout
from payments.models import BalanceTransaction, Payout


def record_payout(facts: PayoutFacts) -> None:
    """The payout, its own movements, and the members that it paid out.

    A member that we have not heard of is kept here and explained by reconciliation.
    """
    changing = {"status": facts.status, "trace_id": facts.trace_id, "failure_code": facts.failure_code}
    payout, is_new = Payout.objects.get_or_create(
        stripe_id=facts.stripe_id,
        defaults={
            "livemode": facts.livemode,
            "amount": facts.amount,
            "currency": facts.currency,
            "is_automatic": facts.is_automatic,
            "arrives_on": facts.arrives_on,
            "created_at": facts.created_at,
            "read_at": facts.read_at,
            **changing,
        },
    )
    if not is_new and payout.read_at < facts.read_at:
        Payout.objects.filter(pk=payout.pk).update(
            read_at=facts.read_at, arrives_on=facts.arrives_on, **changing
        )
    post_payout(facts)
    for member in facts.members:
        keep(member, livemode=facts.livemode)
    ids = [movement.stripe_id for movement in (*facts.members, *facts.transactions[:1])]
    BalanceTransaction.objects.filter(stripe_id__in=ids, livemode=facts.livemode, payout=None).update(
        payout=payout
    )
