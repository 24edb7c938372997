from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import inbox
from payments.checkpoints import reached
from payments.doorbell import ring


class _TooLarge(Exception):
    """More than we would read of any event."""


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Verify, keep, answer. Whatever else there is to do, a worker does.

    200: kept (now or before). 400: not from Stripe, not readable, or not for us. 413: too large.
    """
    try:
        is_new = inbox.receive(_body(request), request.META.get("HTTP_STRIPE_SIGNATURE", "")) is not None
    except inbox.Refused:
        return HttpResponse(status=400)
    except _TooLarge:
        return HttpResponse(status=413)
    if is_new:
        ring(inbox.DRAIN)
    reached("webhook.unanswered")
    return HttpResponse(status=200)


def _body(request: HttpRequest) -> bytes:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise inbox.Refused("the length is no number") from None
    if length > limit:
        raise _TooLarge
    # In chunks there is no length: how long it is shows when it is read.
    is_chunked = length <= 0 and request.META.get("wsgi.input_terminated")
    try:
        body: bytes = request.META["wsgi.input"].read(limit + 1) if is_chunked else request.body
    except Exception as error:
        raise inbox.Refused("the body cannot be read") from error
    if len(body) > limit:
        raise _TooLarge
    return body
