import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _cache_on_our_clock(settings):
    """These tests move the clock, which a cache server does not see."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
