"""What switches read out of the request's JSON object."""

from sandbox.errors import ParameterError, missing_parameter
from sandbox.types import Json


def required(body: Json, name: str) -> str:
    """Return a text that the switch cannot do without."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise missing_parameter(name)
    return value


def one_of(body: Json, name: str, known: tuple[str, ...], default: str | None = None) -> str:
    """Return one of the known words; it is required if there is no default."""
    word = body.get(name, default) or required(body, name)
    if word not in known:
        raise ParameterError(f"Invalid {name}: must be one of {', '.join(known)}", param=name)
    return str(word)
