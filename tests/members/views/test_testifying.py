import pytest

from members.enums import Verdict
from members.models import Testimonial
from members.selling.joining import start_signup
from payments.enums import CheckoutStatus
from payments.recording import record
from tests.factories.members import PlanFactory, UserFactory
from tests.support.queries import count_queries
from tests.support.stripe_side import StripeSide

pytestmark = pytest.mark.django_db

WORDS = {"text": "Nobody else reads the leases.", "name": "Ada", "consent": "on"}


def joined(email="ada@example.org", *, is_paid=True):
    signup = start_signup(plan=PlanFactory(), amount=1500, email=email, campaign_code="birthday")
    side = StripeSide(signup.checkout)
    record(side.session() if is_paid else side.session(CheckoutStatus.EXPIRED))
    return signup.checkout


@pytest.fixture
def boss(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def write(client, checkout, **changes):
    return client.post(f"/thanks/{checkout.reference}/words/", WORDS | changes, follow=True)


def shown():
    return [(each.text, each.name) for each in Testimonial.objects.approved()]


def test_words_are_kept_rewritten_and_shown_once_approved(client, boss):
    checkout = joined()
    assert "We read your words before we show them" in write(client, checkout).content.decode()
    write(client, checkout, text="Every lease, every year.")
    kept = Testimonial.objects.get()
    assert (kept.text, kept.name, kept.campaign_code, kept.verdict, shown()) == (
        "Every lease, every year.", "Ada", "birthday", Verdict.WAITING, [],
    )  # fmt: skip

    page = boss.get("/staff/words/").content.decode()
    assert "Every lease, every year." in page
    boss.post(f"/staff/words/{kept.pk}/", {"verdict": "approved", "read": kept.text})
    assert shown() == [("Every lease, every year.", "Ada")]
    assert "are shown on our pages" in client.get(f"/thanks/{checkout.reference}/").content.decode()

    write(client, checkout, text="Buy my pills")
    assert shown() == [("Every lease, every year.", "Ada")]
    client.post(f"/thanks/{checkout.reference}/words/", {"withdraw": "1"})
    assert Testimonial.objects.count() == 0


def test_staff_approve_what_they_read_and_nothing_else(client, boss):
    checkout = joined()
    write(client, checkout)
    kept = Testimonial.objects.get()
    write(client, checkout, text="Buy my pills")
    answer = boss.post(f"/staff/words/{kept.pk}/", {"verdict": "approved", "read": kept.text}, follow=True)
    assert "changed these words meanwhile" in answer.content.decode()
    assert shown() == []
    boss.post(f"/staff/words/{kept.pk}/", {"verdict": "refused", "read": "Buy my pills"})
    assert Testimonial.objects.get().verdict == Verdict.REFUSED
    assert "Buy my pills" in boss.get("/staff/words/?only=refused").content.decode()
    write(client, checkout)
    assert Testimonial.objects.get().verdict == Verdict.WAITING


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"text": ""}, "Write a sentence or two."),
        ({"text": "x" * 281}, "at most 280 characters"),
        ({"name": " "}, "Write the name to show beside your words."),
        ({"consent": ""}, "Without your permission we cannot show your words."),
    ],
)
def test_mistake_is_told_in_its_place_and_what_was_typed_stays(client, changes, told):
    checkout = joined()
    page = write(client, checkout, **changes).content.decode()
    assert told in page
    assert (Testimonial.objects.count(), WORDS["name"] in page or "name" in changes) == (0, True)


def test_only_who_joined_may_write(client):
    response = write(client, joined(is_paid=False))
    assert "could not be kept" in response.content.decode()
    assert client.post("/thanks/00000000-0000-0000-0000-000000000000/words/", WORDS).status_code == 404
    assert Testimonial.objects.count() == 0


def test_words_are_shown_as_text(client, boss):
    write(client, joined(), text="<script>alert(1)</script>")
    assert "<script>alert" not in boss.get("/staff/words/").content.decode()


def test_page_of_words_asks_as_often_for_many(client, boss):
    write(client, joined())
    once = count_queries(boss, "/staff/words/")
    for number in range(5):
        write(client, joined(f"reader{number}@example.net"))
    assert count_queries(boss, "/staff/words/") == once


@pytest.mark.parametrize("who", [None, {"is_staff": False}, {"is_staff": True}])
def test_words_are_for_staff_who_may(client, who):
    if who is not None:
        client.force_login(UserFactory(**who))
    assert client.get("/staff/words/").status_code == (302 if who is None else 403)
    assert client.post("/staff/words/1/", {"verdict": "approved"}).status_code == (
        302 if who is None else 403
    )
