"""What staff see of our mails: each kind as it would arrive, and whom they do not reach."""

from itertools import groupby
from typing import cast

from anymail.exceptions import AnymailError
from csp.decorators import csp
from django.contrib import messages
from django.core.mail import EmailMultiAlternatives
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from members.mails.cast import LONG, USUAL
from members.models import MailBounce, User
from members.outbox import bouncing
from members.outbox.previewing import Preview, find, previews
from members.views.letters import LETTER_POLICY, SCHEMES, in_a_frame, in_scheme
from payments.views.staff import MOST, for_staff

LOOKING = "members.view_outgoingmail"


@never_cache
@require_safe
@for_staff(LOOKING)
def staff_mail(request: HttpRequest) -> HttpResponse:
    """Every mail that this site can send, and whom mail does not reach."""
    groups = [(name, list(found)) for name, found in groupby(previews(), key=lambda preview: preview.group)]
    bounces = MailBounce.objects.standing().order_by("-bounced_at", "-pk")
    context = {"groups": groups, "bounces": bounces[:MOST], "bounce_count": bounces.count(), "most": MOST}
    return render(request, "members/staff/mails.html", context)


@never_cache
@require_safe
@for_staff(LOOKING)
def staff_mail_preview(request: HttpRequest, kind: str) -> HttpResponse:
    """One mail with sample data: `?scheme=light|dark`, `?width=phone`, `?names=long`."""
    choices = {
        "scheme": request.GET.get("scheme") if request.GET.get("scheme") in SCHEMES else "",
        "width": "phone" if request.GET.get("width") == "phone" else "",
        "names": "long" if request.GET.get("names") == "long" else "",
    }
    preview = _preview(kind)
    context = {"preview": preview, "message": _written(preview, request), **choices}
    return render(request, "members/staff/mail.html", context)


@never_cache
@require_safe
@xframe_options_sameorigin
@csp(LETTER_POLICY)  # type: ignore[arg-type]
@for_staff(LOOKING)
def staff_mail_html(request: HttpRequest, kind: str) -> HttpResponse:
    """The mail's HTML alone, for the frame of its preview."""
    html = html_of(_written(_preview(kind), request))
    return HttpResponse(in_a_frame(in_scheme(html, request.GET.get("scheme", ""))))


@require_POST
@for_staff(LOOKING)
def staff_mail_test(request: HttpRequest, kind: str) -> HttpResponse:
    """Sends the sample to whoever asks."""
    message = _written(_preview(kind), request)
    reader = cast(User, request.user)
    message.to, message.subject = [reader.email], f"[{_('Test')}] {message.subject}"
    try:
        message.send()
    except (OSError, AnymailError) as error:
        messages.error(request, _("The mail server did not take it: %(error)s") % {"error": error})
    else:
        messages.success(request, _("Sent to %(email)s.") % {"email": reader.email})
    return redirect("staff_mail_preview", kind)


@require_POST
@for_staff("members.change_mailbounce")
def staff_mail_write_again(request: HttpRequest) -> HttpResponse:
    """Staff have heard that mail to the address arrives."""
    address = request.POST.get("address", "")
    if bouncing.write_again(address=address, by=cast(User, request.user)):
        said = _("%(address)s is written to again, and gets what was held back.")
        messages.success(request, said % {"address": address})
    return redirect("staff_mail")


def html_of(message: EmailMultiAlternatives) -> str:
    return str(message.alternatives[0][0])


def _preview(kind: str) -> Preview:
    if preview := find(kind):
        return preview
    raise Http404(kind)


def _written(preview: Preview, request: HttpRequest) -> EmailMultiAlternatives:
    return preview.write(LONG if request.GET.get("names") == "long" else USUAL)
