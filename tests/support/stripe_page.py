from payments.gateway.facts import GatewayError, OpenedSession
from payments.gateway.opening import session_parameters
from payments.models import Checkout


class StripePage:
    """Stands in for the call that opens Stripe's page: notes what was sent, and what our row held just then.

    As Stripe does, it gives the same session for the same idempotency key.
    """

    def __init__(self):
        self.calls: list[tuple[str, dict]] = []
        self.is_away = False

    def open_session(self, checkout: Checkout, **urls: str | None) -> OpenedSession:
        stored = Checkout.objects.get(pk=checkout.pk)
        key = str(stored.idempotency_key)
        self.calls.append((key, session_parameters(stored, **urls)))
        if self.is_away:
            raise GatewayError("the answer was lost")
        return OpenedSession(session_id=f"cs_{key}", url=f"https://checkout.example/{key}", livemode=False)

    @property
    def keys(self) -> set[str]:
        return {key for key, _ in self.calls}
