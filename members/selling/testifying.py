"""Why readers joined, in their own words: written on the thank-you page, shown once staff approve."""

from django.db import transaction
from django.utils import timezone

from members.enums import Verdict
from members.models import Membership, Testimonial
from payments.models import Checkout


class CannotTestify(Exception):
    """Nothing was joined by this checkout, or the words are shown already. Nothing was changed."""


@transaction.atomic
def write_testimonial(*, checkout: Checkout, text: str, name: str) -> Testimonial:
    """Keeps the words for staff to read; until they are approved they can be written anew. Raises CannotTestify."""
    # What staff approve must be what they read: both sides take this lock.
    Checkout.objects.select_for_update().get(pk=checkout.pk)
    found = Testimonial.objects.filter(checkout=checkout).first()
    if found and found.verdict == Verdict.APPROVED:
        raise CannotTestify("the words are shown already")
    if not Membership.objects.held().filter(subscription__checkout=checkout).exists():
        raise CannotTestify("nobody joined by this checkout")
    now = timezone.now()
    fields = {
        "text": text,
        "name": name,
        "campaign_code": checkout.terms.get("campaign", ""),
        "consented_at": now,
        "written_at": now,
        "verdict": Verdict.WAITING,
        "decided_at": None,
    }
    testimonial, _ = Testimonial.objects.update_or_create(checkout=checkout, defaults=fields)
    return testimonial


def withdraw_testimonial(checkout: Checkout) -> bool:
    """The reader takes the words back, shown or not. False: there were none."""
    count, _ = Testimonial.objects.filter(checkout=checkout).delete()
    return bool(count)


@transaction.atomic
def decide(*, pk: int, verdict: Verdict, read: str) -> bool:
    """Staff decide about the words as they read them. False: the reader has changed them or taken them back since."""
    found = Testimonial.objects.select_related("checkout").filter(pk=pk).first()
    if found is None:
        return False
    Checkout.objects.select_for_update().get(pk=found.checkout_id)
    chosen = Testimonial.objects.filter(pk=pk, text=read)
    return bool(chosen.update(verdict=verdict, decided_at=timezone.now()))
