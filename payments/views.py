from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import inbox
from payments.doorbell import ring


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Verify, keep, answer. Whatever else there is to do, a worker does.

    200: kept (now or before). 400: not from Stripe, not readable, or not for us. 413: too large.
    """
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return HttpResponse(status=400)
    if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return HttpResponse(status=413)
    try:
        pk = inbox.receive(request.body, request.headers.get("Stripe-Signature", ""))
    except inbox.Refused:
        return HttpResponse(status=400)
    if pk is not None:
        ring("payments.tasks.process_event", pk)
    return HttpResponse(status=200)
