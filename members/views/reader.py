"""What the pages of an account share: whose they are, and how a change ends that Stripe was asked for."""

from collections.abc import Callable

import structlog
from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from members.accounts import limits
from members.accounts.confirming import ReaderRequest
from members.changes.offering import CannotChange
from members.memberships.enrolments import Enrolment, enrolment_of, subscriptions_of
from payments.gateway.facts import Declined, GatewayError, Refused

log = structlog.get_logger(__name__)

DECLINED = _("Your bank did not agree to the payment. Nothing was charged, and nothing has changed.")
REFUSED = _("Our payment service did not do this. Nothing was charged, and nothing has changed.")
UNKNOWN = _(
    "Our payment service has not answered, so we do not know yet whether this was done. "
    "If it does not show here within minutes, ask once more: it is done once, and charged once."
)
AWAY = _("Our payment service cannot be reached just now. Nothing was charged. Please try again in a while.")


def enrolment_or_404(request: ReaderRequest, pk: int) -> Enrolment:
    """The reader's own subscription. Somebody else's is none that they could find."""
    return enrolment_of(get_object_or_404(subscriptions_of(request.user), pk=pk))


def is_carried_out(request: ReaderRequest, change: Callable[[], object]) -> bool:
    """Has the change made; if it is not, tells in plain words why, and whether money moved."""
    limits.spend(request, limits.CHECKOUT, address=request.user.email)
    try:
        change()
    except CannotChange as reason:
        messages.error(request, str(reason))
    except Declined:
        messages.error(request, DECLINED)
    except Refused:
        messages.error(request, REFUSED)
    except GatewayError as error:
        log.warning("change_not_known", path=request.path, error=type(error.__cause__).__name__)
        messages.warning(request, UNKNOWN)
    else:
        return True
    return False
