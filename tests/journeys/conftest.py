"""A browser, a running platform, and a newsroom in the middle of its campaign."""

import json
import urllib.request

import pytest

from campaigns.progress import measure
from demo.seeding.campaign import seed_campaign
from demo.seeding.catalogue import seed_catalogue
from demo.seeding.history import seed_history
from tests.support.books import assert_books
from tests.support.browser import Person
from tests.support.stack import WEBHOOK_SECRET, running_stack


@pytest.fixture(scope="session")
def stack(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock(), running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture
def campaign(transactional_db, stack, settings):
    """The birthday campaign, three members in; its books are checked when the story is over."""
    settings.STRIPE_API_BASE, settings.SITE_URL = stack.sandbox, stack.site
    settings.STRIPE_WEBHOOK_SECRETS = [WEBHOOK_SECRET]
    control(stack, "reset")
    for mail in stack.mail_folder.glob("*.eml"):
        mail.unlink()
    seed_catalogue()
    found = seed_campaign()
    seed_history(found, joins=3, gifts=0, redeemed=0, progress=lambda done, total: None)
    assert measure(found).count == 3
    yield found
    assert_books()


@pytest.fixture
def person(chromium, stack, campaign):
    """Makes people, each with a browser of their own; no page of ours may have troubled any of them."""
    people = []

    def make(**how):
        people.append(Person(chromium, stack, **how))
        return people[-1]

    yield make
    troubles = [trouble for each in people for trouble in each.troubles]
    for each in people:
        each.leave()
    assert troubles == []


@pytest.fixture
def reader(person):
    return person()


def control(stack, act, **body):
    """Works one of the sandbox's controls."""
    request = urllib.request.Request(
        f"{stack.sandbox}/_sandbox/{act}",
        json.dumps(body).encode(),
        {"Authorization": "Bearer sk_test_groundswell_tests", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)
