from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from payments.views.webhook import stripe_webhook

STRIPE_WEBHOOK = "/webhooks/stripe/"

Answer = Callable[[HttpRequest], HttpResponseBase]


def stripe_first(get_response: Answer) -> Answer:
    """Hands on what Stripe posts before anything that only browsers need: sessions, languages, cookies, policies."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path_info == STRIPE_WEBHOOK and request.method == "POST":
            return stripe_webhook(request)
        return get_response(request)

    return answer
