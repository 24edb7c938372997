"""A reader's passkeys: allauth's views in our look, behind a fresh sign-in."""

from typing import Any

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    ListWebAuthnView,
    LoginWebAuthnView,
    RemoveWebAuthnView,
)
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from members.views.confirming import View, freshly_signed_in


def guarded(view: View) -> View:
    """For who has just signed in, and not for caches."""
    return never_cache(freshly_signed_in(view))


@method_decorator(never_cache, name="dispatch")
class PasskeysView(ListWebAuthnView):
    template_name = "members/account/passkeys.html"


@method_decorator(guarded, name="dispatch")
class AddPasskeyView(AddWebAuthnView):
    template_name = "members/account/passkey_add.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        # Begun anew, as a key that needs no code beside it: allauth asks for those at sign-up alone.
        options = auth.begin_registration(self.request.user, passwordless=True)
        return context | {"js_data": {"creation_options": options}}

    def get_success_url(self) -> str:
        return reverse("account_security")


@method_decorator(guarded, name="dispatch")
class RenamePasskeyView(EditWebAuthnView):
    template_name = "members/account/passkey_rename.html"
    context_object_name = "passkey"


@method_decorator(guarded, name="dispatch")
class RemovePasskeyView(RemoveWebAuthnView):
    template_name = "members/account/passkey_remove.html"
    context_object_name = "passkey"


sign_in = LoginWebAuthnView.as_view()
second_step = AuthenticateView.as_view(template_name="members/account/passkey_step.html")
