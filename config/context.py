from typing import Any

from django.conf import settings
from django.http import HttpRequest


def newsroom(request: HttpRequest) -> dict[str, Any]:
    """The newsroom's name and ways to reach it, for every page."""
    return {
        "newsroom": {
            "name": settings.NEWSROOM_NAME,
            "tagline": settings.NEWSROOM_TAGLINE,
            "contact_email": settings.NEWSROOM_EMAIL,
            "address": settings.NEWSROOM_ADDRESS,
        },
        "is_demo": settings.DEMO,
    }
