"""Where the mail provider tells us what became of our mails."""

from collections.abc import Callable

from anymail.urls import urlpatterns as providers
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

View = Callable[[HttpRequest], HttpResponse]


@csrf_exempt
def mail_webhook(request: HttpRequest) -> HttpResponse:
    """Takes what the provider posts, under the secret, and the signature where the provider signs."""
    view = _view_of(settings.EMAIL_PROVIDER)
    # Without a secret anymail would believe anybody.
    if view is None or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    return view(request)


def _view_of(provider: str) -> View | None:
    name = f"{provider}_tracking_webhook"
    return next((pattern.callback for pattern in providers if pattern.name == name), None)
