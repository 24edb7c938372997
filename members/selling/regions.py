"""Where a reader is, as far as that decides what they are offered first: their own choice, else a guess.

The guess comes from what the browser or a proxy of ours says, never from an outside service, and is not kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation.trans_real import parse_accept_lang_header

from members.models import Region

_UNKNOWN = ("XX", "ZZ")
"""What proxies and language tags write for a country that they do not know."""


@dataclass(frozen=True, slots=True)
class Place:
    """A currency, and the region that it is offered in, if staff have made regions."""

    currency: str
    region: Region | None = None

    @property
    def code(self) -> str:
        """What a cookie or a link remembers it by: a region's slug, else the currency's code."""
        return self.region.slug if self.region else self.currency

    @property
    def name(self) -> str:
        return f"{self.region.name} · {self.currency}" if self.region else self.currency


def places(sold_in: Sequence[str]) -> list[Place]:
    """What a reader may choose from: the regions in the newsroom's order, then currencies that no region has."""
    regions = [region for region in Region.objects.all() if region.currency in sold_in]
    named = {region.currency for region in regions}
    return [
        *(Place(region.currency, region) for region in regions),
        *(Place(currency) for currency in sold_in if currency not in named),
    ]


def choose(
    found: list[Place], *, region: str = "", currency: str = "", remembered: str = "", country: str = ""
) -> tuple[Place, bool]:
    """The reader's place among those found, and whether they asked for it just now."""
    asked = _by_code(found, region) or _by_currency(found, currency.upper(), country)
    if asked:
        return asked, True
    guessed = _by_code(found, remembered) or _by_country(found, country)
    return guessed or _by_currency(found, settings.DEFAULT_CURRENCY, "") or _first(found), False


def country_of(*, told: str, languages: str) -> str:
    """Two capitals: what a proxy told, else the first country among the languages (de-AT, de;q=0.9); or nothing."""
    if _is_country(told.strip()):
        return told.strip().upper()
    subtags = (
        subtag for language, _ in parse_accept_lang_header(languages) for subtag in language.split("-")[1:]
    )
    return next((subtag.upper() for subtag in subtags if _is_country(subtag)), "")


def _is_country(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isalpha() and text.upper() not in _UNKNOWN


def _by_code(found: list[Place], code: str) -> Place | None:
    return next((place for place in found if place.code == code), None)


def _by_currency(found: list[Place], currency: str, country: str) -> Place | None:
    """Of several regions with one currency, the one that the reader seems to be in."""
    matching = [place for place in found if place.currency == currency]
    return _by_country(matching, country) or next(iter(matching), None)


def _by_country(found: list[Place], country: str) -> Place | None:
    """The region that has the country, else the one that has none and so is for everybody else."""
    regions = [(place, place.region.countries) for place in found if place.region]
    named = (place for place, countries in regions if country in countries)
    others = (place for place, countries in regions if country and not countries)
    return next(named, None) or next(others, None)


def _first(found: list[Place]) -> Place:
    return found[0] if found else Place(settings.DEFAULT_CURRENCY)
