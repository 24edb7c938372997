from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from demo import mailbox as box


@require_safe
def article(request: HttpRequest) -> HttpResponse:
    """An article of a newsroom in the middle of its campaign."""
    return render(request, "demo/article.html")


@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every mail that the demo sent, the newest first."""
    return render(request, "demo/mailbox.html", {"mails": box.messages()})


@never_cache
@require_safe
def message(request: HttpRequest, message_id: str) -> HttpResponse:
    """One mail, as text."""
    found = box.find(message_id)
    if found is None:
        raise Http404(message_id)
    return render(request, "demo/message.html", {"message": found})
