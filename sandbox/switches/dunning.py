"""What becomes of payments that fail: how often they are tried again, and what then."""

from dataclasses import asdict

from sandbox.billing import dunning
from sandbox.errors import ParameterError
from sandbox.switching import switch
from sandbox.types import Json
from sandbox.work import Work


@switch("POST", "dunning")
def plan(work: Work, body: Json) -> Json:
    """Set the days from each failed attempt to the next, what then becomes of the subscription, or both."""
    current = asdict(dunning.plan(work.store))
    retry_days, then = (body.get(name, current[name]) for name in ("retry_days", "then"))
    if not isinstance(retry_days, list | tuple) or not all(_is_a_day(day) for day in retry_days):
        raise ParameterError("`retry_days` must be a list of whole numbers above 0.", param="retry_days")
    if then not in dunning.ENDS:
        raise ParameterError(f"`then` must be one of {', '.join(dunning.ENDS)}.", param="then")
    dunning.set_plan(work.store, dunning.Plan(tuple(retry_days), then))
    return tell(work, body)


@switch("GET", "dunning")
def tell(work: Work, _: Json) -> Json:
    return asdict(dunning.plan(work.store))


def _is_a_day(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
