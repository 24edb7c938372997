"""A passkey as a reader's device made it, without a device."""

from allauth.mfa.models import Authenticator

_CLIENT = (
    "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoic0NYQ2t1UnNFb3VGM0ctbnFHOHY4RVQ4cU4teGNDdHhidW9QRXUtNmNodyIsIm9y"
    "aWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6NTk2NjUiLCJjcm9zc09yaWdpbiI6ZmFsc2V9"
)
_ATTESTATION = (
    "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVikSZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAQECAwQFBgcIAQIDBAUGBwgAIIib"
    "UfHjhi4A-6-IUPyEbQ7jMmDaMKgZqXa383diUqjJpQECAyYgASFYIMFOlrYJlry26M_kY_UMGf0i-xXZBjMhi41oyOYRZGsRIlggR6aeEPTI7e4QpDPB"
    "21Jip2JUiXhInA6rcufLqBuHu4M"
)
_ID = "iJtR8eOGLgD7r4hQ_IRtDuMyYNowqBmpdrfzd2JSqMk"


def passkey_of(user, *, name="Phone"):
    credential = {
        "type": "public-key",
        "id": _ID,
        "rawId": _ID,
        "response": {
            "clientDataJSON": _CLIENT,
            "attestationObject": _ATTESTATION,
            "transports": ["internal"],
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }
    return Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": credential}
    )
