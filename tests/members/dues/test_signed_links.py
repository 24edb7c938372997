from datetime import timedelta

import pytest
from django.utils import timezone

from members.dues.signed_links import back_from_portal, back_url, card_url, subscription_of
from payments.models import Subscription
from tests.support.stories import join

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscription():
    join("ada@example.org")
    return Subscription.objects.get()


def token(url):
    return url.rstrip("/").rpartition("/")[2]


def test_link_opens_its_subscription_for_thirty_days_and_no_longer(subscription, time_machine_now):
    link = token(card_url(subscription))
    time_machine_now.shift(timedelta(days=29, hours=23))
    assert subscription_of(link) == subscription
    time_machine_now.shift(timedelta(hours=2))
    assert subscription_of(link) is None


def test_link_of_one_purpose_opens_nothing_of_another(subscription):
    assert subscription_of(token(back_url(subscription))) is None
    assert back_from_portal(token(card_url(subscription))) is None


@pytest.mark.parametrize(
    "harm",
    [lambda t: t[:-1], lambda t: f"{9 - int(t[0])}{t[1:]}", lambda t: t.replace(".", ":"), lambda t: ""],
)
def test_link_that_was_changed_opens_nothing(subscription, harm):
    link = token(card_url(subscription))
    assert subscription_of(harm(link)) is None


def test_way_back_says_when_the_reader_left(subscription, time_machine_now):
    left_at = timezone.now().replace(microsecond=0)
    link = token(back_url(subscription))
    time_machine_now.shift(timedelta(minutes=5))
    assert back_from_portal(link) == (subscription, left_at)
