from pathlib import Path
from typing import Any, cast

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from campaigns import progress
from campaigns.explaining import how_we_count
from campaigns.models import Campaign
from campaigns.rendering import to_public

_PUBLIC_CACHE = "public, max-age=0, s-maxage=2, stale-while-revalidate=30"


@require_safe
def campaign_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The public page of a campaign, with "How we count"."""
    campaign = get_object_or_404(Campaign, slug=slug)
    return render(
        request,
        "campaigns/campaign.html",
        {
            "campaign": campaign,
            "progress": progress.current(campaign),
            "how_we_count": how_we_count(campaign),
        },
    )


@require_safe
def progress_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The number for machines: public, for any origin, never with a cookie."""
    measured = progress.current(get_object_or_404(Campaign, slug=slug))
    # `as_of` alone makes no new version: a page that has this number need not fetch it again.
    etag = quote_etag(f"{measured.count}-{measured.goal}-{measured.state}-{measured.supporters}")
    fresh = JsonResponse(to_public(measured))
    response = get_conditional_response(request, etag=etag, response=fresh) or HttpResponseNotModified()
    response["ETag"] = etag
    response["Cache-Control"] = _PUBLIC_CACHE
    return _for_any_origin(response)


def _for_any_origin(response: Any) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return cast(HttpResponse, response)


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The number for other people's pages, in an iframe; it sets no cookie."""
    campaign = get_object_or_404(Campaign, slug=slug)
    join_url = f"{settings.SITE_URL}{reverse('join')}?campaign={campaign.slug}"
    return render(
        request,
        "campaigns/embed.html",
        {"campaign": campaign, "progress": progress.current(campaign), "join_url": join_url},
    )


@require_safe
def embed_js(request: HttpRequest) -> HttpResponse:
    """The web component, at an address that stays."""
    path = finders.find("js/embed.js")
    if not path:
        raise Http404("js/embed.js")
    code = Path(path).read_bytes()
    response = HttpResponse(code, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300, stale-while-revalidate=86400"
    return _for_any_origin(response)
