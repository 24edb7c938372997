from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from members.models import User
from members.outbox import bouncing
from payments.composing import newsroom_context


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks: its mails look like ours, and are sent at once, for somebody is waiting for them."""

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """In text, and in HTML that is made of the text: their templates need no second half."""
        why = _("You get this mail because this address was entered on our site.")
        context = newsroom_context() | {"why": why} | context
        message: EmailMultiAlternatives = super().render_mail(template_prefix, email, context, headers)
        message.reply_to = [settings.NEWSROOM_EMAIL]
        letter = str(message.body).rpartition("\n--\n")[0].strip()
        context |= {"paragraphs": letter.split("\n\n"), "subject": message.subject}
        message.attach_alternative(render_to_string("account/email/letter.html", context), "text/html")
        return message

    def get_login_stages(self) -> list[str]:
        mfa = "allauth.mfa.stages.AuthenticateStage"
        stages = super().get_login_stages()
        return ["members.accounts.passkeys.StaffPasskeyStage" if stage == mfa else stage for stage in stages]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Never by allauth, which would ask for the very passkey that was lost: our pages ask for a code."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Whether a link's `next` stays on the site. allauth's own falls over what is no address at all."""
        is_ours = url_has_allowed_host_and_scheme(
            url, {self.request.get_host()}, require_https=settings.IS_HTTPS
        )
        return is_ours and not (url or "").startswith("//")

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Whoever typed in a code has read their mail: it does arrive."""
        for record in get_authentication_records(request, user):
            if record["method"] == "code" and record.get("email"):
                bouncing.write_again(address=record["email"], by=user)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff land where they work."""
        if request.user.is_staff:
            return "/admin/"
        return str(super().get_login_redirect_url(request))
