import pytest

from campaigns.progress import measure
from members.models import Gift, Membership, OutgoingMail
from payments.models import LedgerEntry
from tests.support.stack import wait_for

pytestmark = pytest.mark.browser

GIVER, FRIEND = "gabriel@example.net", "fiona@example.net"


def give(giver):
    giver.go("/demo/article/")
    giver.follow("Gift membership")
    giver.choose("3 months")
    giver.fill("Your email", GIVER)
    giver.fill("Your name", "Gabriel")
    giver.fill("A message", "Read the one about the sirens.")
    giver.press("Continue to payment")
    giver.pay()
    giver.page.get_by_label("Gift link").first.wait_for()
    return giver.page.get_by_label("Gift link").first.input_value()


def redeem(friend, link, email=FRIEND):
    friend.go(link)
    friend.sees("Read the one about the sirens.")
    friend.fill("Email", email)
    friend.press("Send")
    friend.fill("Code", friend.sign_in_code(email))
    friend.press("Sign in")
    friend.press("Start my membership")


def test_gift_is_redeemed_by_a_second_person(person, campaign):
    giver, friend = person(), person()
    link = give(giver)
    assert measure(campaign).count == 3
    assert giver.link_in_mail(GIVER, "/redeem/") == link

    redeem(friend, link)
    friend.sees("Lantern member")
    gift = Gift.objects.get()
    membership = Membership.objects.get(gift=gift)
    assert (gift.redeemed_by.email, membership.user.email, membership.tier.slug) == (FRIEND, FRIEND, "member")
    assert sorted(LedgerEntry.objects.filter(payment=gift.payment).values_list("kind", flat=True)) == [
        "gift_redeemed",
        "payment",
    ]
    assert measure(campaign).count == 4
    wait_for(lambda: OutgoingMail.objects.filter(recipient=GIVER, state="done").count() == 2)


def test_redeemed_gift_says_so_to_others_and_to_its_own(person, campaign):
    giver, friend, third = person(), person(), person()
    link = give(giver)
    redeem(friend, link)
    friend.sees("Lantern member")

    third.go(link)
    third.sees("already")
    friend.go(link)
    friend.sees("yours")
    assert Membership.objects.filter(gift__isnull=False).count() == 1


def test_looking_at_a_gift_does_not_redeem_it(person, campaign):
    link = give(person())
    scanner = person()
    for _ in range(3):
        scanner.go(link)
    assert Gift.objects.get().redeemed_at is None


def test_wrong_link_is_told_kindly(reader, campaign):
    reader.go("/redeem/no-such-gift/")
    reader.sees("link")
    assert reader.page.get_by_role("main").inner_text() != ""
