"""Nothing that a link says sends a reader off the site, however it is written."""

import re

import pytest
from django.core import mail

from tests.factories.members import UserFactory
from tests.support.sign_in import code_in, sign_in_by_code

pytestmark = pytest.mark.django_db

EVIL = "evil.example"
PATHS = ["/accounts/login/", "/accounts/signup/", "/accounts/passkey/", "/admin/login/", "/account/confirm/"]
PAYLOADS = [
    f"https://{EVIL}", f"http://{EVIL}/", f"//{EVIL}", f"///{EVIL}", f"////{EVIL}/", f"\\\\{EVIL}", f"/\\{EVIL}",
    f"\\/{EVIL}", f"/\\/{EVIL}", f"\\\\/{EVIL}", f"https:{EVIL}", f"https:/{EVIL}", f"https:\\\\{EVIL}",
    f"http:///{EVIL}", f"https:////{EVIL}", f"HTTPS://{EVIL}", f"hTtPs:\\/{EVIL}", f" https://{EVIL}",
    f"\thttps://{EVIL}", f"\nhttps://{EVIL}", f"\r\nhttps://{EVIL}", f"\x00//{EVIL}", f"\x01//{EVIL}",
    f"\x1f//{EVIL}", f" //{EVIL}", f"\t//{EVIL}", f"/\t/{EVIL}", f"/\n/{EVIL}", f"/\r/{EVIL}", f"/\x0b/{EVIL}",
    f"ht\ntps://{EVIL}", "java\tscript:alert(1)", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "javascript://localhost/%0aalert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "file:///etc/passwd",
    f"ftp://{EVIL}", f"blob:https://{EVIL}", f"//localhost@{EVIL}", f"https://testserver@{EVIL}",
    f"https://testserver:pw@{EVIL}", f"https://{EVIL}#testserver", f"https://{EVIL}?testserver",
    f"https://{EVIL}\\@testserver", f"https://testserver.{EVIL}", f"https://{EVIL}/testserver",
    f"//{EVIL}%2f..", f"//{EVIL}/%2e%2e", f"https://{EVIL}%00.testserver", f"https://{EVIL}%E3%80%82testserver",
    f"//{EVIL}\u3002testserver", f"/%09/{EVIL}", f"/%5c{EVIL}", f"/%2f{EVIL}", f"%2f%2f{EVIL}", "//%65vil.example",
    "//[::1]", "//0x7f000001", "//2130706433", f"\u2028//{EVIL}", f"\u00a0//{EVIL}", f"//{EVIL}\u2024com", "//",
    "http://[", "https://testserver:evil",
]  # fmt: skip


def leads_away(location: str) -> bool:
    """As browsers read it: they drop tabs and line ends, trim control characters, and take a backslash for a slash."""
    read = (
        location.strip("".join(map(chr, range(33))))
        .translate({9: None, 10: None, 13: None})
        .replace("\\", "/")
    )
    return re.match("[a-z][a-z0-9+.-]*:", read, re.IGNORECASE) is not None or read.startswith("//")


def test_reading_as_browsers_do_sees_what_leads_away():
    assert all(map(leads_away, PAYLOADS[:10]))
    assert not leads_away("/account/?next=https://evil.example")


def test_no_payload_leads_off_the_site_after_signing_in(client, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    reader = UserFactory()
    found = {}
    for payload in PAYLOADS:
        client.post(
            "/accounts/login/", {"email": reader.email, "next": payload}, query_params={"next": payload}
        )
        code = code_in(mail.outbox[-1])
        answer = client.post("/accounts/login/code/confirm/", {"code": code, "next": payload})
        assert answer.status_code == 302
        found[payload] = answer["Location"]
        client.logout()
    assert len(PAYLOADS) > 60
    assert {payload: location for payload, location in found.items() if leads_away(location)} == {}


def test_no_payload_leads_off_the_site_for_who_is_signed_in(client):
    sign_in_by_code(client, UserFactory())
    found = {}
    for payload in PAYLOADS:
        for path in (
            "/accounts/login/",
            "/accounts/signup/",
            "/accounts/passkey/",
            "/admin/login/",
            "/account/confirm/",
        ):
            answer = client.get(path, query_params={"next": payload})
            if "Location" in answer and leads_away(answer["Location"]):
                found[path, payload] = answer["Location"]
            if leads_away(payload) and f'value="{payload}"' in answer.content.decode():
                found[path, payload] = "is kept in the form"
    assert found == {}


def test_no_payload_leads_off_the_site_by_signing_out(client):
    found = {}
    for payload in PAYLOADS:
        location = client.post("/accounts/logout/", {"next": payload})["Location"]
        if leads_away(location):
            found[payload] = location
    assert found == {}
