from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from payments.composing import newsroom_context


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks: its mails carry the newsroom's name."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, newsroom_context() | context)

    def get_login_stages(self) -> list[str]:
        mfa = "allauth.mfa.stages.AuthenticateStage"
        stages = super().get_login_stages()
        return ["members.passkeys.StaffPasskeyStage" if stage == mfa else stage for stage in stages]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Never by allauth, which would ask for the very passkey that was lost: our pages ask for a code."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff land where they work."""
        if request.user.is_staff:
            return "/admin/"
        return str(super().get_login_redirect_url(request))
