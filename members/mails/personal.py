from django.utils.translation import gettext_lazy as _

from members.enums import MailKind
from members.mails.cast import Cast
from members.mails.registry import Context, mail


def _sample(cast: Cast) -> Context:
    return {}


@mail(
    MailKind.ERASED,
    why=_("You get this mail because your account was deleted. It is the last one."),
    sample=_sample,
)
def erased(reference: str) -> Context | None:
    """Of nothing: nothing is left. It is sent by the erasure itself."""
    return None
