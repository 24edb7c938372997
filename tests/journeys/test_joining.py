import pytest

from campaigns.progress import measure
from members.models import Membership, OutgoingMail, User
from payments.models import Checkout, LedgerEntry, Payment, StripeEvent, Subscription
from tests.journeys.conftest import control
from tests.support.browser import DESKTOP
from tests.support.stack import wait_for

pytestmark = pytest.mark.browser

EMAIL = "ada@example.net"
PAYING = (
    ("Card number", "4242424242424242"),
    ("Expiry date", "1234"),
    ("Security code", "123"),
    ("Name on card", "Ada Reader"),
)


def ask_to_join(reader, *, interval="Monthly", amount="€10", email=EMAIL):
    reader.go("/demo/article/")
    reader.follow("Become a member")
    reader.choose(interval)
    reader.choose(amount)
    reader.fill("Email", email)
    reader.press("Continue to payment")


def bought(email=EMAIL):
    """What was recorded for the address: (amount, currency, interval, status), memberships, entries."""
    payments = Payment.objects.filter(user__email=email)
    return (
        [(each.amount, each.currency, each.checkout.interval, each.checkout.status) for each in payments],
        Membership.objects.filter(user__email=email).count(),
        LedgerEntry.objects.filter(payment__user__email=email).count(),
    )


@pytest.mark.parametrize(
    ("interval", "amount", "recorded"),
    [("Monthly", "€10", (1000, "EUR", "month", "paid")), ("Yearly", "€50", (5000, "EUR", "year", "paid"))],
)
def test_joining_moves_the_number(reader, campaign, interval, amount, recorded):
    ask_to_join(reader, interval=interval, amount=amount)
    reader.pay()
    reader.is_at("Welcome")

    assert bought() == ([recorded], 1, 1)
    assert measure(campaign).count == 4
    wait_for(lambda: OutgoingMail.objects.filter(recipient=EMAIL, state="done").count() == 1)
    reader.go("/demo/article/")
    reader.sees("4 of 1,000 new members")


def test_own_amount_in_yen(reader, campaign):
    reader.go("/join/?currency=JPY")
    reader.choose("Another amount")
    reader.page.get_by_label("Your own amount").locator("visible=true").fill("1,234")
    reader.fill("Email", EMAIL)
    reader.press("Continue to payment")
    reader.sees("¥1,234")
    reader.pay()
    reader.is_at("Welcome")
    assert bought() == ([(1234, "JPY", "month", "paid")], 1, 1)


def test_declined_card_then_another(reader, campaign):
    ask_to_join(reader)
    reader.pay("4000 0000 0000 0002")
    reader.page.get_by_role("alert").get_by_text("declined").wait_for()
    assert bought() == ([], 0, 0)

    reader.pay()
    reader.is_at("Welcome")
    assert bought() == ([(1000, "EUR", "month", "paid")], 1, 1)
    assert Checkout.objects.filter(email=EMAIL).count() == 1


def test_three_d_secure(reader, campaign):
    ask_to_join(reader)
    reader.pay("4000 0025 0000 3155")
    reader.press("Complete")
    reader.is_at("Welcome")
    assert bought() == ([(1000, "EUR", "month", "paid")], 1, 1)


def test_three_d_secure_refused_takes_nothing(reader, campaign):
    ask_to_join(reader)
    reader.pay("4000 0025 0000 3155")
    reader.press("Fail")
    reader.page.get_by_role("alert").first.wait_for()
    assert bought() == ([], 0, 0)
    assert measure(campaign).count == 3


def test_turning_back_keeps_the_form_and_the_page(reader, campaign):
    ask_to_join(reader, interval="Yearly", amount="€100")
    reader.page.wait_for_url("**/c/pay/**")
    first_page = reader.page.url
    reader.follow("Back")
    reader.sees("You have not been charged")
    assert reader.page.get_by_role("radio", name="Yearly").is_checked()
    assert reader.page.get_by_role("radio", name="€100").is_checked()
    assert reader.page.get_by_label("Email").input_value() == EMAIL

    reader.press("Continue to payment")
    reader.page.wait_for_url("**/c/pay/**")
    assert reader.page.url == first_page
    assert bought() == ([], 0, 0)
    assert Checkout.objects.filter(email=EMAIL).count() == 1


def test_closed_tab_is_fulfilled_by_the_webhook_alone(reader, campaign):
    ask_to_join(reader)
    reader.page.route("**/thanks/**", lambda route: route.abort())
    reader.pay()
    wait_for(lambda: Membership.objects.filter(user__email=EMAIL).count() == 1, what="a membership")
    assert bought() == ([(1000, "EUR", "month", "paid")], 1, 1)
    wait_for(lambda: OutgoingMail.objects.filter(recipient=EMAIL, state="done").count() == 1)
    reader.troubles.clear()  # the page that was not let through


def test_confirming_until_stripe_has_told_us(reader, campaign, stack):
    control(stack, "webhooks", paused=True)
    ask_to_join(reader)
    reader.pay()
    reader.is_at("Confirming")
    assert bought() == ([], 0, 0)

    control(stack, "webhooks", paused=False)
    reader.is_at("Welcome")
    assert bought() == ([(1000, "EUR", "month", "paid")], 1, 1)


def test_welcome_even_if_no_event_ever_comes(reader, campaign, stack):
    control(stack, "webhooks", paused=True)
    ask_to_join(reader)
    reader.pay()
    reader.is_at("Confirming")
    reader.is_at("Welcome")
    assert StripeEvent.objects.count() == 0
    assert bought() == ([(1000, "EUR", "month", "paid")], 1, 1)

    control(stack, "webhooks", paused=False)
    wait_for(lambda: StripeEvent.objects.filter(type="checkout.session.completed", state="done").exists())
    assert bought() == ([(1000, "EUR", "month", "paid")], 1, 1)


def test_number_on_an_open_article_moves_by_itself(person, campaign):
    watcher, joiner = person(viewport=DESKTOP), person()
    watcher.go("/demo/article/")
    watcher.sees("3 of 1,000 new members")
    loaded_at = watcher.page.evaluate("performance.timeOrigin")

    ask_to_join(joiner)
    joiner.pay()
    joiner.is_at("Welcome")
    watcher.sees("4 of 1,000 new members")
    assert watcher.page.evaluate("performance.timeOrigin") == loaded_at


def test_second_click_opens_no_second_checkout(person, campaign):
    first, second = person(), person()
    for tab in (first, second):
        ask_to_join(tab)
        tab.page.wait_for_url("**/c/pay/**")
    assert first.page.url == second.page.url
    assert Checkout.objects.filter(email=EMAIL).count() == 1


def test_whole_join_without_javascript(person, campaign):
    reader = person(java_script_enabled=False)
    ask_to_join(reader)
    reader.pay()
    reader.is_at("Welcome")
    assert bought() == ([(1000, "EUR", "month", "paid")], 1, 1)
    reader.go("/demo/article/")
    reader.sees("4 of 1,000 new members")


def test_whole_join_by_keyboard_alone(person, campaign):
    reader = person(viewport=DESKTOP)
    keyboard = reader.page.keyboard
    reader.go("/demo/article/")
    reader.tab_to("Become a member")
    keyboard.press("Enter")
    reader.is_at("Become a member")
    reader.tab_to("Monthly")
    keyboard.press("ArrowRight")
    reader.tab_to("€100")
    keyboard.press("ArrowLeft")
    reader.tab_to("Email")
    keyboard.type(EMAIL)
    keyboard.press("Enter")
    reader.page.wait_for_url("**/c/pay/**")
    for label, text in PAYING:
        reader.tab_to(label)
        keyboard.type(text)
    keyboard.press("Enter")
    reader.is_at("Welcome")
    assert bought() == ([(5000, "EUR", "year", "paid")], 1, 1)


def test_signing_in_with_the_address_that_paid(reader, campaign):
    ask_to_join(reader)
    reader.pay()
    reader.is_at("Welcome")
    reader.go("/account/")
    reader.fill("Email", EMAIL.upper())
    reader.press("Send")
    reader.fill("Code", reader.sign_in_code(EMAIL))
    reader.press("Sign in")
    reader.sees("Lantern member")
    assert User.objects.filter(email__iexact=EMAIL).count() == 1
    assert Subscription.objects.get(customer__user__email=EMAIL).status == "active"
