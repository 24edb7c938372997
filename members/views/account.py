from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.accounts.confirming import ReaderRequest
from members.changes.history import story_of
from members.changes.story import tell
from members.gifts.gift_links import url_for
from members.memberships.enrolments import enrolments_of, memberships_of, others_now
from members.models import Gift

TOLD_AT_ONCE = 6


@never_cache
@login_required
@require_safe
def account(request: ReaderRequest) -> HttpResponse:
    """What I have and gave, and what became of it: from our rows, so that it is there when Stripe is not."""
    memberships = list(memberships_of(request.user))
    enrolments = enrolments_of(request.user, memberships)
    gifts = Gift.objects.filter(payment__user=request.user).select_related("tier", "payment")
    story = [tell(change) for change in story_of(request.user)]
    context = {
        "memberships": memberships,
        "enrolments": [enrolment for enrolment in enrolments if not enrolment.is_over],
        "running": sum(enrolment.subscription.is_running for enrolment in enrolments),
        "others": others_now(memberships),
        "gifts": [{"gift": gift, "url": url_for(gift.reference)} for gift in gifts.order_by("-created_at")],
        "story": story[:TOLD_AT_ONCE],
        "earlier": story[TOLD_AT_ONCE:],
        "has_paid": request.user.payments.exists(),
    }
    return render(request, "members/account.html", context)
