"""What staff see of the books: what needs a person, and whether all is heard and done."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from payments import alarms, inbox
from payments.enums import QueueState
from payments.models import Alarm, BookCheck, Cursor, Heartbeat, StripeEvent
from payments.reconciling import polling
from payments.views.staff import MOST, for_staff


@never_cache
@require_safe
@for_staff()
def staff(request: HttpRequest) -> HttpResponse:
    """Where staff begin: what each of them may see."""
    return render(request, "staff/index.html", {"alarm_count": Alarm.objects.open().count()})


@never_cache
@require_safe
@for_staff("payments.view_alarm", "payments.view_stripeevent")
def books(request: HttpRequest) -> HttpResponse:
    """Open alarms, parked events, and how fresh everything is."""
    open_alarms = Alarm.objects.open().order_by("-raised_at", "-pk")
    parked = StripeEvent.objects.filter(state=QueueState.PARKED).order_by("-received_at", "-pk").defer("body")
    context = {
        "alarms": open_alarms[:MOST],
        "alarm_count": open_alarms.count(),
        "parked": parked[:MOST],
        "inbox": StripeEvent.objects.backlog(),
        "check": BookCheck.last(),
        "feed_read_at": Cursor.last_finished_at(polling.CURSOR),
        "beat_at": Heartbeat.last_at(),
        "most": MOST,
    }
    return render(request, "payments/books.html", context)


@require_POST
@for_staff("payments.change_stripeevent")
def replay(request: HttpRequest) -> HttpResponse:
    """One parked event, or all of them, shall be processed again."""
    parked = StripeEvent.objects.filter(state=QueueState.PARKED)
    if event_id := request.POST.get("event"):
        parked = parked.filter(event_id=event_id)
    count = inbox.replay(parked)
    said = ngettext("%(count)d event is processed again.", "%(count)d events are processed again.", count)
    messages.success(request, said % {"count": count})
    return redirect("books")


@require_POST
@for_staff("payments.change_alarm")
def settle(request: HttpRequest) -> HttpResponse:
    """Somebody has seen to an alarm."""
    pk = request.POST.get("alarm", "")
    if pk.isdecimal() and alarms.settle_alarm(int(pk)):
        messages.success(request, _("Settled. If it is still wrong it is told again."))
    return redirect("books")
