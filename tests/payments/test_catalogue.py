import pytest

from members.models import IntroductoryOffer, Plan, Tier
from members.selling.joining import start_signup
from members.selling.publishing import coupon_of, price_of, product_of, publish
from payments import catalogue
from payments.catalogue import Stock
from payments.enums import AlarmKind, QueueState
from payments.models import Alarm, CatalogueItem, StripeEvent
from tests.factories.members import IntroductoryOfferFactory, PlanFactory, TierFactory
from tests.support.at_stripe import deliver, walked

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return PlanFactory(tier=TierFactory(name="Friend", description="Reads along"), amount=500)


def make_so():
    publish()
    CatalogueItem.objects.update(next_try_at="2026-01-01T00:00Z")
    catalogue.drain()


def price_at(at_stripe, plan):
    (found,) = at_stripe.api.prices.list({"lookup_keys": [plan.lookup_key]}).data
    return found


def open_alarms():
    return list(Alarm.objects.open().values_list("kind", "message"))


def test_what_staff_set_stands_at_stripe_and_is_sold(at_stripe, plan):
    assert publish() == 2
    catalogue.drain()
    product = at_stripe.api.products.retrieve(plan.tier.product_id)
    price = price_at(at_stripe, plan)
    assert (product.name, product.description, product.active) == ("Friend", "Reads along", True)
    assert (price.product, price.unit_amount, price.currency, price.recurring.interval, price.active) == (
        product.id, 500, "eur", "month", True,
    )  # fmt: skip
    assert (Stock().id_of(product_of(plan.tier)), Stock().id_of(price_of(plan))) == (product.id, price.id)
    assert (publish(), catalogue.drain()) == (0, 0)


def test_other_price_takes_over_the_key_and_nobody_can_buy_the_old_one(at_stripe, plan):
    make_so()
    old = price_at(at_stripe, plan)
    Plan.objects.update(amount=600)
    plan.refresh_from_db()
    assert publish() == 1
    assert Stock().id_of(price_of(plan)) == ""
    catalogue.drain()
    new = price_at(at_stripe, plan)
    assert (new.unit_amount, new.id != old.id) == (600, True)
    assert at_stripe.api.prices.retrieve(old.id).active is False
    deliver(at_stripe.bodies())
    assert (Stock().id_of(price_of(plan)), open_alarms()) == (new.id, [])


def test_archived_plan_is_not_sold_and_its_successor_takes_the_key(at_stripe, plan):
    make_so()
    Plan.objects.update(is_active=False)
    make_so()
    assert price_at(at_stripe, plan).active is False
    successor = PlanFactory(tier=plan.tier, amount=700)
    make_so()
    assert (price_at(at_stripe, successor).unit_amount, price_at(at_stripe, successor).active) == (700, True)
    Tier.objects.update(is_active=False, description="")
    make_so()
    product = at_stripe.api.products.retrieve(plan.tier.product_id)
    assert (product.active, product.description or "") == (False, "")


def test_made_again_after_the_answer_was_lost_it_is_the_same(at_stripe, plan, monkeypatch):
    publish()

    def die(point):
        if point == "catalogue.made":
            raise RuntimeError("the answer was lost")

    with monkeypatch.context() as patch:
        patch.setattr(catalogue, "reached", die)
        catalogue.drain()
    assert set(CatalogueItem.objects.values_list("state", "stripe_id")) == {(QueueState.PENDING, "")}
    made = price_at(at_stripe, plan).id
    make_so()
    assert [price.id for price in at_stripe.api.prices.list({"product": plan.tier.product_id})] == [made]
    assert Stock().id_of(price_of(plan)) == made


def test_staff_who_change_their_minds_meanwhile_get_what_they_said_last(at_stripe, plan, monkeypatch):
    publish()
    made = []

    def change(point):
        made.append(point)
        if len(made) == 2:  # the product, then the price
            Plan.objects.update(amount=800)
            publish()

    with monkeypatch.context() as patch:
        patch.setattr(catalogue, "reached", change)
        catalogue.drain()
    plan.refresh_from_db()
    assert Stock().id_of(price_of(plan)) == ""
    make_so()
    assert (price_at(at_stripe, plan).unit_amount, Stock().id_of(price_of(plan)) != "") == (800, True)
    active = at_stripe.api.prices.list({"product": plan.tier.product_id, "active": True})
    assert [price.unit_amount for price in active] == [800]


def _sold_no_more(api, plan, price):
    api.prices.update(price.id, {"active": False})


def _other_amount(api, plan, price):
    api.prices.create(
        {
            "product": plan.tier.product_id, "unit_amount": 600, "currency": "eur",
            "recurring": {"interval": "month"}, "lookup_key": plan.lookup_key, "transfer_lookup_key": True,
        }
    )  # fmt: skip


def _other_name(api, plan, price):
    api.products.update(plan.tier.product_id, {"name": "Freund"})


@pytest.mark.parametrize("told", [lambda stripe: deliver(stripe.bodies()), walked], ids=["events", "walk"])
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (_sold_no_more, "Active is false at Stripe, not true."),
        (_other_amount, "Amount is €6 at Stripe, not €5."),
        (_other_name, "Name is 'Freund' at Stripe, not 'Friend'."),
    ],
)
def test_change_in_stripes_dashboard_is_noticed_and_can_be_undone(at_stripe, plan, changed, words, told):
    make_so()
    changed(at_stripe.api, plan, price_at(at_stripe, plan))
    told(at_stripe)
    ((kind, message),) = open_alarms()
    assert (kind, words in message) == (AlarmKind.CATALOGUE_DIFFERS, True), message
    assert "" in (Stock().id_of(product_of(plan.tier)), Stock().id_of(price_of(plan)))

    catalogue.make_again(CatalogueItem.objects.exclude(difference=""))
    catalogue.drain()
    assert open_alarms() == []
    assert price_at(at_stripe, plan).unit_amount == 500
    assert "" not in (Stock().id_of(product_of(plan.tier)), Stock().id_of(price_of(plan)))
    StripeEvent.objects.all().delete()
    walked(at_stripe)
    assert open_alarms() == []


def test_what_cannot_be_made_is_told_to_a_person(plan, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    publish()
    CatalogueItem.objects.update(attempts=7)
    catalogue.drain()
    assert set(CatalogueItem.objects.values_list("state", flat=True)) == {QueueState.PARKED}
    assert [kind for kind, _ in open_alarms()] == [AlarmKind.CATALOGUE_DIFFERS] * 2


def test_price_that_somebody_took_off_sale_costs_no_reader(at_stripe, plan, monkeypatch):
    make_so()
    at_stripe.api.prices.update(price_at(at_stripe, plan).id, {"active": False})
    rung = []
    monkeypatch.setattr("payments.checkout.ring", rung.append)
    checkout = at_stripe.open(start_signup(plan=plan, amount=500, email="ada@example.org").checkout)
    session = at_stripe.api.checkout.sessions.retrieve(checkout.session_id, {"expand": ["line_items"]})
    assert (session.amount_total, session.line_items.data[0].description) == (500, "Friend")
    assert (checkout.price_id, checkout.product_id, rung) == ("", "", [catalogue.COMPARE])
    catalogue.compare_all()
    assert "Active is false at Stripe" in open_alarms()[0][1]


def test_deleted_coupon_is_noticed_and_its_offer_not_made(at_stripe, plan):
    offer = IntroductoryOfferFactory(plan=plan, amount=100, periods=3)
    make_so()
    made = at_stripe.api.coupons.retrieve(coupon_of(offer).key)
    assert (made.amount_off, made.currency, made.duration, made.duration_in_months) == (
        400,
        "eur",
        "repeating",
        3,
    )
    at_stripe.api.coupons.delete(made.id)
    deliver(at_stripe.bodies())
    assert Stock().id_of(coupon_of(offer)) == ""
    assert "Somebody deleted it at Stripe" in open_alarms()[0][1]
    # Stripe gives no deleted id twice; other terms are another coupon, and end the matter.
    IntroductoryOffer.objects.update(amount=150)
    offer.refresh_from_db()
    make_so()
    assert Stock().id_of(coupon_of(offer)) == coupon_of(offer).key
