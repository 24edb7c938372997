"""Takes over what Stripe charges for members that were brought over: one worker at a time for each customer.

For each subscription that is a membership: a checkout and a signup as if it had been sold here, our metadata on it at
Stripe, and a membership for the time that was paid for elsewhere. From then on it renews like any other.
"""

import structlog
from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.changes.following import catch_up
from members.changes.history import write_change
from members.enums import ActorKind, ChangeKind, Origin
from members.memberships.tiers import tier_of
from members.models import (
    ImportedCustomer,
    ImportedProduct,
    ImportedSubscription,
    Membership,
    MembershipChange,
    Plan,
    Signup,
    Tier,
)
from members.periods import day_of
from payments import recording
from payments.adopting import prepare_adoption
from payments.doorbell import ring
from payments.enums import Interval
from payments.gateway import reading
from payments.gateway.adopting import NoCustomer, Strange, mark_as_ours, name_of_product, read_customer
from payments.gateway.facts import GatewayError
from payments.models import Checkout, Customer, Subscription
from payments.models.queue import QueueQuerySet
from payments.silence import silence

log = structlog.get_logger(__name__)

ADOPT = "members.tasks.adopt_customers"
_PAID = ("active", "trialing")
_UNPAID = ("past_due", "unpaid")


class CannotAdopt(Exception):
    """Trying again will not help before somebody does something about it."""


def drain() -> int:
    """Reads the customers that wait; how many."""
    return ImportedCustomer.objects.work(_work)


def retry(chosen: "QueueQuerySet[ImportedCustomer]") -> int:
    """Lets customers be read again, whatever became of them; how many."""
    count = chosen.again()
    transaction.on_commit(lambda: ring(ADOPT))
    return count


def decide_products(tiers: dict[ImportedProduct, Tier | None]) -> None:
    """Says which tier each product is, and has the customers read again whose subscriptions that concerns."""
    for product, tier in tiers.items():
        ImportedProduct.objects.filter(pk=product.pk).update(tier=tier)
    concerned = ImportedSubscription.objects.filter(product__in=tiers, adopted_at=None)
    retry(ImportedCustomer.objects.filter(pk__in=concerned.values("customer")))


def _work(row: ImportedCustomer) -> None:
    try:
        with silence():
            _read(row)
    except (NoCustomer, CannotAdopt) as error:
        row.fail(error, is_hopeless=True)
    except Exception as error:
        log.error("adoption_failed", customer=row.stripe_id, attempts=row.attempts, exc_info=error)
        row.fail(error)
    else:
        row.finish()


def _read(row: ImportedCustomer) -> None:
    found = read_customer(row.stripe_id)
    customer, _is_new = Customer.objects.get_or_create(
        stripe_id=row.stripe_id,
        defaults={"livemode": settings.STRIPE_LIVEMODE, "user": row.user, "email": found.email},
    )
    if not Customer.objects.filter(pk=customer.pk, user=None).update(user=row.user) and (
        customer.user_id != row.user_id
    ):
        raise CannotAdopt(f"{customer} belongs to {customer.user}")
    for each in found.subscriptions:
        _follow(row, each)


def _follow(row: ImportedCustomer, found: Strange) -> None:
    subscription = ImportedSubscription.objects.filter(stripe_id=found.stripe_id).first()
    if subscription and subscription.adopted_at:
        return
    if found.reference and not (subscription and subscription.checkout):
        if found.site == settings.SITE_URL:
            _record_own(row, found)
        else:
            _keep(row, found, refused=_("Another Groundswell takes care of it: %s.") % found.site)
        return
    subscription = _keep(row, found)
    tier = subscription.product.tier
    if tier is None or subscription.refused:
        return
    _take_over(row, subscription, found, tier)


def _keep(row: ImportedCustomer, found: Strange, *, refused: str = "") -> ImportedSubscription:
    product = ImportedProduct.objects.filter(product_id=found.product_id).first()
    if product is None:
        name = name_of_product(found.product_id)[:255]
        ours = Tier.objects.filter(product_id=found.product_id).first()
        product, _is_new = ImportedProduct.objects.get_or_create(
            product_id=found.product_id, defaults={"name": name, "tier": ours}
        )
    every = f"{found.every} {found.interval}" if found.every > 1 else found.interval
    kept, _is_new = ImportedSubscription.objects.update_or_create(
        stripe_id=found.stripe_id,
        defaults={
            "customer": row,
            "product": product,
            "amount": found.amount or 0,
            "currency": found.currency,
            "interval": every,
            "refused": refused or (_misfit(found, product.tier) if product.tier else ""),
        },
    )
    return kept


def _misfit(found: Strange, tier: Tier) -> str:
    """Why the subscription cannot be ours; empty if it can."""
    if found.interval not in Interval.values or found.every != 1:
        return _("It is not charged monthly or yearly.")
    if found.prices != 1 or not found.amount:
        return _("It has no one fixed price.")
    if found.is_invoiced:
        return _("It is paid by invoice, not charged by itself.")
    if _plan_of(found, tier) is None:
        facts = {"tier": tier.name, "interval": found.interval, "currency": found.currency}
        return (
            _("%(tier)s has no plan by the %(interval)s in %(currency)s. Make one, then try again.") % facts
        )
    return ""


def _plan_of(found: Strange, tier: Tier) -> Plan | None:
    return (
        Plan.objects.filter(tier=tier, interval=found.interval, currency=found.currency)
        .order_by("-is_active")
        .first()
    )


def _take_over(row: ImportedCustomer, kept: ImportedSubscription, found: Strange, tier: Tier) -> None:
    checkout = kept.checkout or _prepare(row, kept, found, tier)
    mark_as_ours(found.stripe_id, checkout)
    is_unpaid = found.status in _UNPAID
    read = reading.snapshot_of_latest_invoice if is_unpaid else reading.snapshot_of_subscription
    snapshot = read(found.stripe_id)
    if snapshot is None:
        raise GatewayError(f"{found.stripe_id} does not carry our mark yet")
    with transaction.atomic():
        recording.record(snapshot)
        _grant(row, found)
        ImportedSubscription.objects.filter(pk=kept.pk).update(adopted_at=timezone.now())


@transaction.atomic
def _prepare(row: ImportedCustomer, kept: ImportedSubscription, found: Strange, tier: Tier) -> Checkout:
    """What a sale here would have left, before Stripe hears of it."""
    plan = _plan_of(found, tier)
    if plan is None:
        raise CannotAdopt(f"{tier} has no plan for {found.stripe_id}")
    checkout = prepare_adoption(
        found, user=row.user, email=row.user.email, description=tier.name, terms={"tier": tier.slug}
    )
    Signup.objects.create(
        email=row.user.email,
        user=row.user,
        plan=plan,
        amount=checkout.amount,
        checkout=checkout,
        is_open=False,
    )
    ImportedSubscription.objects.filter(pk=kept.pk).update(checkout=checkout)
    return checkout


def _record_own(row: ImportedCustomer, found: Strange) -> None:
    """One that was sold here, before this database began."""
    snapshot = reading.snapshot_of_subscription(found.stripe_id)
    if snapshot is None:
        return
    with transaction.atomic():
        recording.record(snapshot)
        _grant(row, found)


def _grant(row: ImportedCustomer, found: Strange) -> None:
    """The time that was paid for elsewhere is a membership too; a renewal then is seen to be none that joins."""
    subscription = Subscription.objects.filter(stripe_id=found.stripe_id).first()
    if subscription is None:
        raise CannotAdopt(f"{found.stripe_id} was not recorded: see the alarms")
    tier = tier_of(subscription)
    if tier is None or Membership.objects.filter(subscription=subscription).exists():
        return
    start, end = found.period_start, found.period_end
    if found.status not in _PAID:
        start, end = start - _length(found), start
    period = {"user": row.user, "tier": tier, "origin": Origin.IMPORT}
    period |= {"starts_on": day_of(start), "ends_on": day_of(end)}
    membership = Membership.objects.filter(**period, subscription=None).first() or Membership(
        **period, granted_at=start
    )
    membership.subscription = subscription
    membership.save()
    _tell(row, membership, subscription)
    catch_up(subscription)


def _length(found: Strange) -> relativedelta:
    return relativedelta(years=1) if found.interval == Interval.YEAR else relativedelta(months=1)


def _tell(row: ImportedCustomer, membership: Membership, subscription: Subscription) -> None:
    actor = row.member_import.created_by
    if MembershipChange.objects.filter(membership=membership).exists():
        return
    write_change(
        key=f"adopted:{subscription.stripe_id}",
        kind=ChangeKind.IMPORTED,
        user=row.user,
        membership=membership,
        subscription=subscription,
        actor_kind=ActorKind.STAFF if actor else ActorKind.SYSTEM,
        actor=actor,
        reason=_("Line %(line)d of %(file)s") % {"line": row.line, "file": row.member_import.file_name},
        done_at=timezone.now(),
        after={
            "tier": membership.tier.name,
            "amount": subscription.amount,
            "currency": subscription.currency,
            "interval": subscription.interval,
            "ends_on": membership.ends_on.isoformat(),
        },
    )
