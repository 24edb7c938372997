"""What happens by the passing of time alone."""

from sandbox.agenda import falls_due
from sandbox.billing import collecting as _invoices, renewing as _subscriptions  # noqa: F401 - they register
from sandbox.checkout import paying
from sandbox.types import Json
from sandbox.work import Work


def _end_of_checkout(session: Json) -> int | None:
    return session["expires_at"] if session["status"] == "open" else None


@falls_due("checkout.session", _end_of_checkout)
def close_checkout(work: Work, session: Json) -> None:
    paying.expire(work, session)
