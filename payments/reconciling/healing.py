from collections.abc import Callable

import structlog

from payments import recording
from payments.gateway.facts import Facts, LooseTransaction, PayoutFacts, Snapshot, StrayCharge
from payments.reconciling.windows import Tally

log = structlog.get_logger(__name__)


def heal(subject: str, read: Callable[[], Facts | None], tally: Tally) -> set[str]:
    """Reads and records, and gives the ids of the movements that are booked by it. A failure goes into the tally."""
    try:
        facts = read()
        if facts is None:
            return set()
        recording.record(facts)
    except Exception as error:
        # One object must not keep the walk from all the others.
        log.error("not_reconciled", subject=subject, exc_info=error)
        tally.failed.append(f"{subject}: {type(error).__name__}: {error}")
        return set()
    tally.healed += 1
    return _movements(facts)


def _movements(facts: Facts) -> set[str]:
    match facts:
        case Snapshot(charge=charge) | StrayCharge(charge=charge) if charge:
            return {movement.stripe_id for movement in charge.transactions}
        case PayoutFacts():
            return {movement.stripe_id for movement in facts.transactions}
        case LooseTransaction():
            return {facts.transaction.stripe_id}
    return set()
