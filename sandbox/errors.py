"""Refusals in Stripe's own words and shape."""

from sandbox.types import Json


class StripeError(Exception):
    """A refusal that is answered as `{"error": {...}}`.

    `keeps_state` tells whether what was written before the refusal stays: a declined card leaves its failed charge
    behind, while a bad parameter leaves nothing.
    """

    type = "invalid_request_error"
    status = 400
    keeps_state = False

    def __init__(
        self, message: str, *, code: str | None = None, param: str | None = None, **extra: object
    ) -> None:
        super().__init__(message)
        self.fields: Json = {"code": code, "message": message, "param": param, **extra}

    def body(self) -> Json:
        """Return the JSON body of the answer; absent fields are left out, as Stripe does."""
        fields = {key: value for key, value in self.fields.items() if value is not None}
        if "code" in fields:
            fields["doc_url"] = f"https://stripe.com/docs/error-codes/{fields['code'].replace('_', '-')}"
        return {"error": {**fields, "type": self.type}}


class ParameterError(StripeError):
    """The request never began: nothing is remembered under its idempotency key."""


class AuthenticationError(StripeError):
    status = 401


class MissingError(StripeError):
    """No such object, or no such address."""

    status = 404


class IdempotencyError(StripeError):
    type = "idempotency_error"


class CardError(StripeError):
    """The card was refused; the failed attempt stays on record."""

    type = "card_error"
    status = 402
    keeps_state = True


class RateLimitError(StripeError):
    status = 429


class ApiError(StripeError):
    """Stripe's own failure."""

    type = "api_error"
    status = 500


def no_such(kind: str, identifier: str, param: str = "id") -> MissingError:
    """Build Stripe's answer for an unknown identifier."""
    word = kind.split(".")[-1] if kind.startswith("checkout") else kind
    return MissingError(f"No such {word}: '{identifier}'", code="resource_missing", param=param)


def not_simulated(param: str) -> StripeError:
    """Refuse what Stripe would do but the sandbox does not, rather than quietly get the money wrong."""
    return StripeError(
        f"The sandbox does not simulate `{param}` yet.", code="sandbox_not_simulated", param=param
    )


def missing_parameter(param: str) -> ParameterError:
    return ParameterError(f"Missing required param: {param}.", code="parameter_missing", param=param)
