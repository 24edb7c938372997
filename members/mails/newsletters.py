from django.utils.translation import gettext_lazy as _

from members.enums import MailKind
from members.mails.cast import Cast
from members.mails.registry import Context, mail
from members.models import Newsletter, NewsletterSubscription
from members.newsletters.newsletter_links import confirm_url

_WHY = _("You get this mail because this address was entered for a newsletter.")


def _sample(cast: Cast) -> Context:
    return {
        "newsletters": [Newsletter(name="The Friday letter"), Newsletter(name=cast.tier.name)],
        "confirm_url": confirm_url([1]),
    }


@mail(
    MailKind.NEWSLETTER_CONFIRM,
    why=_("You get this mail because this address was entered for a newsletter."),
    sample=_sample,
)
def newsletter_confirm(reference: str) -> Context | None:
    """Of subscriptions, by their keys before the @."""
    pks = [int(pk) for pk in reference.partition("@")[0].split(",")]
    asked = NewsletterSubscription.objects.filter(pk__in=pks).select_related("newsletter")
    if not asked:
        return None
    return {"newsletters": [each.newsletter for each in asked], "confirm_url": confirm_url(pks)}
