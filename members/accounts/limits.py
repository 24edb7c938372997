"""How often somebody may have us send a mail, open a payment page or try a gift link: by address, by network, and all.

Counts stand in the cache. While it is down each process counts for itself, so that a limit is never simply gone.
"""

import ipaddress
import time

import structlog
from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import Rate, parse_rates, respond_429
from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

log = structlog.get_logger(__name__)

CHECKOUT, MAIL, GUESS = "checkout", "mail", "guess"
_NETWORKS = {4: 24, 6: 64}
"""Bits of an address that one household, or one attacker, has to itself."""
_at_hand = LocMemCache("limits", {})


def spend(request: HttpRequest, what: str, *, address: str = "") -> None:
    """Counts one of `what` (a key of settings.LIMITS). Raises what ends the request with a page that says "later"."""
    rates = [rate for rate in parse_rates(settings.LIMITS[what]) if address or rate.per != "address"]
    # Every limit counts every try: who is over one of them shall not try another for nothing.
    over = [_is_over(rate, _key(request, what, rate, address)) for rate in rates]
    if any(over):
        log.warning("limit_reached", what=what)
        raise ImmediateHttpResponse(respond_429(request))


def _is_over(rate: Rate, key: str) -> bool:
    try:
        return _count(cache, key, rate) > int(rate.amount)
    except Exception as error:
        log.error("limits_without_cache", error=type(error).__name__)
        return _count(_at_hand, key, rate) > int(rate.amount)


def _count(store: BaseCache, key: str, rate: Rate) -> int:
    store.add(key, 0, timeout=rate.duration)
    try:
        return store.incr(key)
    except ValueError:  # it ran out in between
        store.set(key, 1, timeout=rate.duration)
        return 1


def _key(request: HttpRequest, what: str, rate: Rate, address: str) -> str:
    who = {"address": address, "net": network_of(get_adapter().get_client_ip(request)), "all": ""}[rate.per]
    window = int(time.time() // rate.duration)
    # An address is nobody's to read in a cache.
    mark = salted_hmac("members.accounts.limits", who).hexdigest()[:32]
    return f"limit:{what}:{rate}:{window}:{mark}"


def network_of(ip: str) -> str:
    """The network that the address is in; whatever is no address as it is."""
    try:
        bits = _NETWORKS[ipaddress.ip_address(ip).version]
        return str(ipaddress.ip_network(f"{ip}/{bits}", strict=False))
    except ValueError:
        return ip
