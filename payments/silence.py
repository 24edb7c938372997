"""No news of what is long past: whoever tells people of facts asks here first."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.utils import timezone

NEWS_LASTS = timedelta(days=1)
"""A fact that we hear of later than this is history: a mail about it would confuse."""

_is_silent = ContextVar("is_silent", default=False)


@contextmanager
def silence(is_on: bool = True) -> Iterator[None]:
    """Nobody is told of what is recorded inside, if it is on."""
    token = _is_silent.set(_is_silent.get() or is_on)
    try:
        yield
    finally:
        _is_silent.reset(token)


def is_silent() -> bool:
    return _is_silent.get()


def is_history(happened_at: datetime) -> bool:
    return happened_at < timezone.now() - NEWS_LASTS
