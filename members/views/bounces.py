"""What the mail provider tells us, and what staff do about it."""

from collections.abc import Callable
from typing import cast

from anymail.urls import urlpatterns as providers
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from members import bouncing
from members.models import User
from payments.views.books import for_staff

View = Callable[[HttpRequest], HttpResponse]


@csrf_exempt
def mail_webhook(request: HttpRequest) -> HttpResponse:
    """Takes what the provider posts, under the secret, and the signature where the provider signs."""
    view = _view_of(settings.EMAIL_PROVIDER)
    # Without a secret anymail would believe anybody.
    if view is None or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    return view(request)


@require_POST
@for_staff("members.change_mailbounce")
def write_again(request: HttpRequest) -> HttpResponse:
    """Staff have heard that mail to the address arrives."""
    address = request.POST.get("address", "")
    if bouncing.write_again(address=address, by=cast(User, request.user)):
        said = _("%(address)s is written to again, and gets what was held back.")
        messages.success(request, said % {"address": address})
    return redirect("staff_mail")


def _view_of(provider: str) -> View | None:
    name = f"{provider}_tracking_webhook"
    return next((pattern.callback for pattern in providers if pattern.name == name), None)
