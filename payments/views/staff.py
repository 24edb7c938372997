"""What all pages of staff share."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.decorators import user_passes_test
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

MOST = 50
"""Rows of a kind on a page; what is more is counted."""


def for_staff(*permissions: str) -> Callable[[View], View]:
    """Lets staff with these permissions in; asks who has not signed in to do so."""

    def may_enter(user: Any) -> bool:
        if user.is_authenticated and not (user.is_staff and user.has_perms(permissions)):
            raise PermissionDenied
        return bool(user.is_authenticated)

    return user_passes_test(may_enter)
