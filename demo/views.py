from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from demo import mailbox as box
from members.views.letters import LETTER_POLICY, in_a_frame


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
    """One mail, as it looks and as text."""
    return render(request, "demo/message.html", {"message": _found(message_id)})


@never_cache
@require_safe
@xframe_options_sameorigin
@csp(LETTER_POLICY)  # type: ignore[arg-type]
def message_html(request: HttpRequest, message_id: str) -> HttpResponse:
    """The mail's HTML alone, for the frame on its page."""
    return HttpResponse(in_a_frame(_found(message_id).html))


def _found(message_id: str) -> box.Mail:
    if found := box.find(message_id):
        return found
    raise Http404(message_id)
