"""A reader asks for a newsletter, changes the address, takes their data away and goes, all without a script."""

import pytest

from demo.seeding.catalogue import seed_newsletters
from members.models import Erasure, NewsletterSubscription, User
from payments.models import Customer
from tests.journeys.test_joining import EMAIL, ask_to_join
from tests.journeys.test_staff import sign_in
from tests.support.stack import wait_for

pytestmark = pytest.mark.browser


def test_reader_comes_for_the_letter_and_leaves_without_a_trace(person):
    seed_newsletters()
    member, reader = person(), person(java_script_enabled=False)
    ask_to_join(member)
    member.pay()
    member.is_at("Welcome")

    ask_for_the_letter(reader)
    leave_with_everything(reader)
    wait_for(lambda: Erasure.objects.filter(state="done").exists(), what="the erasure")
    assert not User.objects.filter(email__in=[EMAIL, "moved@example.org"]).exists()
    assert not NewsletterSubscription.objects.exists()
    assert Customer.objects.get(user__erasure__isnull=False).deleted_at is not None


def ask_for_the_letter(reader):
    reader.go("/newsletters/")
    reader.page.get_by_label("The Friday letter").check()
    reader.fill("Email", EMAIL)
    reader.press("Ask for them")
    reader.is_at("Look into your mailbox")
    reader.go(reader.link_in_mail(EMAIL, "/newsletters/confirm/"))
    reader.press("Yes, send them to me")
    reader.is_at("You are on the list")
    assert NewsletterSubscription.objects.current().count() == 1


def leave_with_everything(reader):
    sign_in(reader, EMAIL, to="/account/email/")
    reader.fill("New address", "moved@example.org")
    reader.press("Send a code there")
    reader.fill("Code", reader.sign_in_code("moved@example.org"))
    reader.press("Use this address")
    reader.sees("Your address is moved@example.org now")
    reader.follow("My data")
    with reader.page.expect_download() as download:
        reader.follow("Download everything")
    assert download.value.suggested_filename.startswith("my-data-")
    reader.follow("Delete my account")
    reader.page.get_by_label("Yes, delete my account").check()
    reader.press("Delete me")
    reader.is_at("Your account is closed")
