"""Every address of the site × everybody who may come: what each is answered. A new address must be judged here.

To add a page, add a line to WHO: its route as urls.py has it, and who is answered what to a GET (POST, for those that
take nothing else). Routes with parameters show things of `reader`; how they are filled in stands in `things`.
"""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import Q
from django.test import RequestFactory
from django.urls import get_resolver
from django.utils import timezone

from members.dues.signed_links import back_url, card_url
from members.gifts.gift_links import token_for
from members.models import MemberImport, Newsletter, User
from payments.models import Checkout, Heartbeat, Payment, Subscription
from tests.config.test_policy import routes
from tests.factories.campaigns import CampaignFactory
from tests.factories.members import ImportedMembershipFactory, UserFactory
from tests.support.passkeys import passkey_of
from tests.support.stories import donate, give, join

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "reader", "other", "support", "finance", "editor", "admin")
"""`reader` owns what the addresses show, `other` is somebody like them; the rest are staff."""
PERMISSIONS = {
    "support": Q(content_type__app_label="members"),
    "finance": Q(content_type__app_label="payments", codename__startswith="view_")
    | Q(codename__in=["change_alarm", "change_stripeevent", "change_refundproposal"]),
    "editor": Q(content_type__app_label="campaigns"),
}
LOGIN = 302
"""Of whom nobody knows: to the login page. Of anybody else: where they belong."""


def who(default, **others):
    return dict.fromkeys(ROLES, default) | others


def only(*roles, answer=200):
    """These roles and the admin; anonymous people are asked to sign in, all others refused."""
    return who(403, anonymous=LOGIN) | dict.fromkeys((*roles, "admin"), answer)


EVERYBODY = who(200)
SIGNED_IN = who(200, anonymous=LOGIN)
OWNER = who(404, anonymous=LOGIN, reader=200)
STAFF = only("support", "finance", "editor")
TO_LOGIN = who(302)
NOT_SIGNED_IN = who(302, anonymous=200)

WHO = {
    # Reader pages. A gift's link and a thank-you page are known to whom they were given: that is their key.
    "": EVERYBODY,
    "join/": EVERYBODY,
    "donate/": EVERYBODY,
    "gift/": EVERYBODY,
    "redeem/": EVERYBODY,
    "redeem/<str:token>/": EVERYBODY,
    "thanks/<uuid:reference>/": EVERYBODY,
    "thanks/<uuid:reference>/status.json": EVERYBODY,
    "POST thanks/<uuid:reference>/reminder/": who(404),
    "POST thanks/<uuid:reference>/words/": EVERYBODY,
    "reminders/<str:token>/": who(404),
    "newsletters/": TO_LOGIN | {"anonymous": 200},
    "newsletters/confirm/<str:token>/": who(404),
    "newsletters/end/<str:token>/": who(404),
    "account/newsletters/": SIGNED_IN,
    "account/email/": SIGNED_IN,
    "account/data/": SIGNED_IN,
    "account/data/download/": SIGNED_IN,
    "account/data/delete/": SIGNED_IN,
    "account/deleted/": EVERYBODY,
    "staff/newsletters/<slug:slug>/subscribers.csv": only("support"),
    "card/": EVERYBODY,
    "card/<str:token>/": EVERYBODY,
    "card/back/<str:token>/": EVERYBODY,
    "card/back/<str:token>/status.json": EVERYBODY,
    "account/": SIGNED_IN,
    "account/membership/<int:pk>/switch/": OWNER,
    "account/membership/<int:pk>/pause/": OWNER,
    "account/membership/<int:pk>/resume/": OWNER | {"reader": 302},
    "account/membership/<int:pk>/cancel/": OWNER,
    "account/membership/<int:pk>/cancelled/": OWNER | {"reader": 302},
    "POST account/invoices/": who(404, anonymous=LOGIN, reader=302),
    "POST account/membership/<int:pk>/card/": OWNER | {"reader": 302},
    "POST account/membership/<int:pk>/remind/": OWNER | {"reader": 302},
    "POST account/membership/<int:pk>/keep/": OWNER | {"reader": 302},
    "account/receipts/": SIGNED_IN,
    "account/receipts/<int:pk>/": OWNER,
    "account/statement/<int:year>/": OWNER,
    "account/contributions/": SIGNED_IN,
    "account/contributions/<int:pk>/stop/": OWNER,
    "account/contributions/<int:pk>/card/": OWNER | {"reader": 302},
    "POST account/contributions/<int:pk>/go-on/": OWNER | {"reader": 302},
    "account/confirm/": SIGNED_IN,
    "account/security/": SIGNED_IN,
    "account/security/add/": SIGNED_IN,
    "account/security/<int:pk>/rename/": OWNER,
    "account/security/<int:pk>/remove/": OWNER,
    # Signing in.
    "accounts/login/": NOT_SIGNED_IN,
    "accounts/login/code/": NOT_SIGNED_IN,
    "accounts/login/code/confirm/": TO_LOGIN,
    "accounts/signup/": NOT_SIGNED_IN,
    "accounts/confirm-email/": TO_LOGIN,
    "accounts/inactive/": EVERYBODY,
    "accounts/logout/": SIGNED_IN,
    "accounts/passkey/": who(302),
    "accounts/passkey/step/": TO_LOGIN,
    # Campaigns.
    "campaigns/<slug:slug>/": EVERYBODY,
    "campaigns/<slug:slug>/progress.json": EVERYBODY,
    "campaigns/<slug:slug>/embed/": EVERYBODY,
    "embed.js": EVERYBODY,
    # Staff.
    "staff/": STAFF,
    "staff/words/": only("support"),
    "POST staff/words/<int:pk>/": only("support", answer=302),
    "staff/books/": only("finance"),
    "staff/recovery/": only("finance"),
    "POST staff/books/replay/": only("finance", answer=302),
    "POST staff/books/settle/": only("finance", answer=302),
    "staff/mail/": only("support"),
    "staff/mail/<slug:kind>/": only("support"),
    "staff/mail/<slug:kind>/html/": only("support"),
    "POST staff/mail/<slug:kind>/test/": only("support", answer=302),
    "POST staff/mail/write-again/": only("support", answer=302),
    "staff/members/": only("support"),
    "staff/members/grant/": only("support"),
    "staff/members/<int:pk>/": only("support"),
    "staff/members/purchases/<uuid:reference>/": only("support"),
    "staff/members/import/": only("support"),
    "staff/members/import/<int:pk>/": only("support"),
    "staff/members/export.csv": only("support"),
    "staff/members/<int:pk>/data/": only("support"),
    "staff/members/<int:pk>/erase/": only("support"),
    "staff/members/memberships/<int:pk>/end/": only("support"),
    # Administration: by model; adding, changing and history of a model may be refused to whom sees its list.
    "admin/": only("support", "finance", "editor") | {"reader": 302, "other": 302},
    "admin/account/": only(),
    "admin/auth/": only(),
    "admin/campaigns/": only("editor"),
    "admin/members/": only("support"),
    "admin/mfa/": only(),
    "admin/payments/": only("finance"),
    # Machines and the demo.
    "healthz": EVERYBODY,
    "readyz": EVERYBODY,
    "metrics": EVERYBODY,
    "POST webhooks/stripe/": who(400),
    "POST webhooks/mail/": who(404),
    "demo/article/": EVERYBODY,
    "demo/mail/": EVERYBODY,
    "demo/mail/<str:message_id>/": who(404),
    "demo/mail/<str:message_id>/html/": who(404),
}
ELSEWHERE = ("accounts/password/", "accounts/^password/", "accounts/email/", "accounts/reauthenticate/")
"""What allauth has and we have not: it leads to the account."""
DJANGOS_OWN = (
    "admin/login/",
    "admin/logout/",
    "admin/jsi18n/",
    "admin/autocomplete/",
    "admin/password",
    "admin/r/",
)


@pytest.fixture
def things():
    """People of each role, and of the reader's what the addresses ask for."""
    people = {role: UserFactory(is_staff=role in PERMISSIONS) for role in ROLES[1:-1]}
    for role, permissions in PERMISSIONS.items():
        people[role].user_permissions.set(Permission.objects.filter(permissions))
    people["admin"] = UserFactory(is_staff=True, is_superuser=True)
    reader = people["reader"].email
    gift = give(reader)
    join(reader)
    CampaignFactory(slug="birthday")
    Newsletter.objects.create(slug="birthday", name="The birthday letter")
    Heartbeat.beat()
    today = timezone.localdate()
    granted = ImportedMembershipFactory(user=people["reader"], starts_on=today, ends_on=today + timedelta(9))
    values = {
        "<uuid:reference>": Checkout.objects.get(signup__email=reader).reference,
        "card/<str:token>/": path_of(card_url(Subscription.objects.get())),
        "card/back/<str:token>/": path_of(back_url(Subscription.objects.get())),
        "<str:token>": token_for(gift.reference),
        "<slug:slug>": "birthday",
        "<slug:kind>": "welcome",
        "import/<int:pk>": f"import/{MemberImport.objects.create(format='ghost', ends_on=today).pk}",
        "staff/members/<int:pk>": f"staff/members/{people['reader'].pk}",
        "staff/words/<int:pk>": "staff/words/1",
        "memberships/<int:pk>": f"memberships/{granted.pk}",
        "<str:message_id>": "20270301.log",
        "contributions/<int:pk>": f"contributions/{donate(reader, interval='month').pk}",
        "security/<int:pk>": f"security/{passkey_of(people['reader']).pk}",
        "membership/<int:pk>": f"membership/{Subscription.objects.get(checkout__signup__isnull=False).pk}",
        "receipts/<int:pk>": f"receipts/{Payment.objects.filter(user=people['reader']).latest('pk').pk}",
        "<int:year>": timezone.localdate().year,
    }
    return SimpleNamespace(people=people, values=values)


def path_of(url: str) -> str:
    return url.removeprefix(f"{settings.SITE_URL}/")


def sign_in(client, user: User | None) -> None:
    """As by a code, a moment ago."""
    client.logout()
    if user is None:
        return
    client.force_login(user)
    request = RequestFactory().get("/")
    request.session = client.session
    record_authentication(request, user, method="code", email=user.email)
    request.session.save()


def judged(route: str) -> bool:
    return route in WHO or f"POST {route}" in WHO or route.startswith((*ELSEWHERE, *DJANGOS_OWN))


def all_routes() -> set[str]:
    """Every route of the site, an administration's model by model."""
    found = {route.replace("^accounts/(?:password|reauthenticate|email)/", "accounts/email/")
             for route in routes(get_resolver().url_patterns)}  # fmt: skip
    apps = {
        "/".join(route.split("/")[:2]) + "/"
        for route in found
        if route.count("/") > 2 and route[:6] == "admin/"
    }
    ours = {route for route in found if not route.startswith("admin/") or route.startswith(DJANGOS_OWN)}
    return ours | {
        app for app in apps if "<" not in app and "^" not in app and not app.startswith(DJANGOS_OWN)
    }


def test_every_address_is_judged():
    missing = sorted(route for route in all_routes() if not judged(route))
    assert not missing, f"add to WHO: {', '.join(missing)}"


def test_no_judgement_is_about_nothing():
    there = all_routes() | {"admin/"}
    assert sorted(route for route in WHO if route.removeprefix("POST ") not in there) == []


def test_everybody_is_answered_as_the_table_says(client, things):
    wrong = {}
    lines = [line for line in WHO if line == "admin/" or not line.startswith("admin/")]
    for role in ROLES:
        sign_in(client, things.people.get(role))
        for line in lines:
            response, due = ask(client, line, things.values), WHO[line][role]
            if response.status_code != due:
                wrong[line, role] = f"{response.status_code}, not {due}"
            elif role == "anonymous" and due == LOGIN and not line.startswith(("accounts/", "newsletters/")):
                assert response["Location"].startswith(("/accounts/login/?next=", "/admin/login/?next=")), (
                    line
                )
    assert wrong == {}


def ask(client, line, values):
    method, _, route = line.rpartition(" ")
    for name, value in values.items():
        route = route.replace(name, str(value))
    return client.generic(method or "GET", f"/{route}")


def test_administration_shows_each_model_to_whom_it_concerns(client, things):
    models = {
        route: "/".join(route.split("/")[:2]) + "/"
        for route in routes(get_resolver().url_patterns)
        if route.startswith("admin/") and (route.count("/") == 3 or route.endswith("/change/"))
    }
    wrong = []
    for role in ROLES:
        sign_in(client, things.people.get(role))
        for route, app in models.items():
            if app not in WHO or app == "admin/":
                continue
            status = client.get("/" + route.replace("<path:object_id>", "1")).status_code
            may, is_list = WHO[app][role] == 200, route.count("/") == 3
            if (status == 200 and not may) or (is_list and may and status != 200):
                wrong.append((role, route, status))
    assert wrong == []


@pytest.mark.parametrize("path", ["/accounts/password/set/", "/accounts/email/", "/accounts/reauthenticate/"])
def test_what_allauth_has_and_we_have_not_leads_to_the_account(client, path):
    assert client.get(path)["Location"] == "/account/"
