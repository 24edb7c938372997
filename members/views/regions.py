from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.functional import cached_property
from django.views.generic.base import ContextMixin, View

from members.selling import regions
from members.selling.attribution import NAMES

COOKIE = "region"
_A_YEAR = 365 * 24 * 3600
_KEPT = ("campaign", *NAMES)
"""What a switch takes along of the address. An amount it does not: it would be one of another currency."""


class RegionMixin(ContextMixin, View):
    """A page whose prices follow the reader's region and currency. `place` is theirs; a choice is remembered."""

    @property
    def sold_in(self) -> Sequence[str]:
        """The currencies that the page can offer."""
        raise NotImplementedError

    @cached_property
    def places(self) -> list[regions.Place]:
        return regions.places(self.sold_in)

    @cached_property
    def _chosen(self) -> tuple[regions.Place, bool]:
        return regions.choose(
            self.places,
            region=self.request.GET.get("region", ""),
            currency=self.request.GET.get("currency", ""),
            remembered=self.request.COOKIES.get(COOKIE, ""),
            country=country_of(self.request),
        )

    @property
    def place(self) -> regions.Place:
        return self._chosen[0]

    @property
    def currency(self) -> str:
        return self.place.currency

    @property
    def place_query(self) -> dict[str, str]:
        """What of a query string names the reader's place."""
        return _query_of(self.place)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "currency": self.currency,
            "place": self.place,
            "places": [
                {"name": place.name, "url": self._url_of(place), "is_current": place == self.place}
                for place in self.places
            ],
        }

    def _url_of(self, place: regions.Place) -> str:
        asked = self.request.GET
        return f"?{urlencode(_query_of(place) | {name: asked[name] for name in _KEPT if name in asked})}"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        # One reader's prices are not another's.
        patch_cache_control(response, private=True)
        patch_vary_headers(response, [*filter(None, [settings.COUNTRY_HEADER]), "Accept-Language", "Cookie"])
        place, is_asked = self._chosen
        if is_asked and place.code != request.COOKIES.get(COOKIE):
            response.set_cookie(
                COOKIE,
                place.code,
                max_age=_A_YEAR,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _query_of(place: regions.Place) -> dict[str, str]:
    return {"region": place.code} if place.region else {"currency": place.currency}


def country_of(request: HttpRequest) -> str:
    """Two capitals, or nothing."""
    told = request.headers.get(settings.COUNTRY_HEADER, "") if settings.COUNTRY_HEADER else ""
    return regions.country_of(told=told, languages=request.headers.get("Accept-Language", ""))
