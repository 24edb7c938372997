"""The link by which whoever is reminded to give stops that, without signing in."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from members.models import Contribution

_SALT = "members.reminder-link"


def url_for(contribution: Contribution) -> str:
    """The whole link; it never ends to work."""
    token = signing.dumps(contribution.pk, salt=_SALT)
    return str(settings.SITE_URL + reverse("stop_reminders", args=[token]))


def contribution_of(token: str) -> Contribution | None:
    """Whose reminders the link stops; None: it is not one of ours."""
    try:
        pk = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return Contribution.objects.filter(pk=pk).first()
