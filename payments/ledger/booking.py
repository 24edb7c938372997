"""Stripe's balance transactions, each kept once and explained by one entry."""

from payments.enums import Account, EntryKind
from payments.gateway.facts import TransactionFacts
from payments.ledger.posting import Line, post, reverse
from payments.models import BalanceTransaction, LedgerEntry, Payment
from payments.models.ledger import UNEXPLAINED
from payments.money import Money


def book(
    facts: TransactionFacts,
    *,
    kind: EntryKind,
    against: Account,
    livemode: bool,
    payment: Payment | None = None,
    value: Money | None = None,
) -> LedgerEntry:
    """Posts the movement against the account, once; an explained one is left as it is. Raises Unbalanced.

    `value`: what it is in the reader's currency, signed as Stripe's gross; by default gross itself.
    What was unallocated until now is reversed first. Belongs into the transaction that records what it was.
    """
    keep(facts, livemode=livemode)
    entries = {
        entry.kind: entry
        for entry in LedgerEntry.objects.filter(source=facts.stripe_id, livemode=livemode, stripe_account="")
    }
    explained = next((entry for entry in entries.values() if entry.kind not in UNEXPLAINED), None)
    unallocated = entries.get(EntryKind.UNALLOCATED)
    if explained or (kind == EntryKind.UNALLOCATED and unallocated):
        return explained or unallocated  # type: ignore[return-value]  # one of them is there
    if unallocated:
        reverse(unallocated)
    return post(
        kind=kind,
        source=facts.stripe_id,
        livemode=livemode,
        effective_at=facts.created_at,
        lines=_lines(facts, against, value or Money(facts.gross, facts.currency)),
        payment=payment,
    )


def keep(facts: TransactionFacts, *, livemode: bool) -> BalanceTransaction:
    """The row of the movement, locked: whoever explains it comes one at a time."""
    row = BalanceTransaction(
        stripe_id=facts.stripe_id,
        livemode=livemode,
        type=facts.type,
        reporting_category=facts.reporting_category,
        source_id=facts.source_id,
        gross=facts.gross,
        fee=facts.fee,
        net=facts.net,
        currency=facts.currency,
        exchange_rate=facts.exchange_rate,
        created_at=facts.created_at,
        available_on=facts.available_on,
    )
    BalanceTransaction.objects.bulk_create([row], ignore_conflicts=True)
    kept = BalanceTransaction.objects.select_for_update()
    return kept.get(stripe_id=facts.stripe_id, livemode=livemode, stripe_account="")


def _lines(facts: TransactionFacts, against: Account, value: Money) -> list[Line]:
    """Stripe balance and fees against the account; through fx clearing where Stripe settles elsewhere."""
    if against == Account.STRIPE_FEES:
        return [
            Line(Account.STRIPE_BALANCE, facts.net, facts.currency),
            Line(Account.STRIPE_FEES, -facts.net, facts.currency),
        ]
    lines = [
        Line(Account.STRIPE_BALANCE, facts.net, facts.currency),
        Line(Account.STRIPE_FEES, facts.fee, facts.currency),
        Line(against, -value.amount, value.currency),
    ]
    if facts.currency != value.currency:
        lines += [
            Line(Account.FX_CLEARING, value.amount, value.currency),
            Line(Account.FX_CLEARING, -facts.gross, facts.currency),
        ]
    return lines
