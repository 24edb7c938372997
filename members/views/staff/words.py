"""Staff read why people joined, and decide what is shown."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members.enums import Verdict
from members.models import Testimonial
from members.selling.testifying import decide
from payments.views.staff import for_staff

PAGE = 50


@never_cache
@require_safe
@for_staff("members.view_testimonial")
def words(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first; or, asked for by `only`, what was approved or refused."""
    asked = request.GET.get("only", "")
    only = Verdict(asked) if asked in Verdict.values else Verdict.WAITING
    found = Testimonial.objects.filter(verdict=only).order_by("written_at", "pk")
    if only != Verdict.WAITING:
        found = found.order_by("-decided_at", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "members/staff/words.html", {"page": page, "only": only, "verdicts": Verdict})


@require_POST
@for_staff("members.view_testimonial", "members.change_testimonial")
def decide_words(request: HttpRequest, pk: int) -> HttpResponse:
    """Approves the words, or does not; of what was rewritten since, neither."""
    verdict = request.POST.get("verdict")
    if verdict in (Verdict.APPROVED, Verdict.REFUSED):
        if decide(pk=pk, verdict=Verdict(verdict), read=request.POST.get("read", "")):
            messages.success(request, _("Done."))
        else:
            messages.error(
                request, _("The reader has changed these words meanwhile. Please read them again.")
            )
    return redirect("staff_words")
