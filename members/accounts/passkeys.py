"""Passkeys: another way in for readers, a second step for staff (docs/decisions/)."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.forms import EditWebAuthnForm, SignupWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_lazy

NAME_LENGTH = 60


class PasskeyAdapter(DefaultMFAAdapter):
    """allauth's hooks: how a passkey is called at the reader's device and here."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": settings.NEWSROOM_NAME}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:  # noqa: A002  allauth's word
        return _("My passkey")


class StaffPasskeyStage(AuthenticateStage):
    """Asks staff who have a passkey for it after the code: what they can do, a mailbox alone must not open."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return bool(self.login.user and self.login.user.is_staff and super()._should_handle(request))


def _name_field(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("So that you know which one it is, for instance: my phone."),
        max_length=NAME_LENGTH,
        required=required,
    )


class PasskeyForm(SignupWebAuthnForm):
    """What the reader's device answered, and a name for it."""

    # Never refused for want of a name: the device has made the passkey already.
    name = _name_field(required=False)


class RenamePasskeyForm(EditWebAuthnForm):
    name = _name_field(required=True)
