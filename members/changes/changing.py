"""A reader, or staff for them, changes what they have: written down, then asked of Stripe, then recorded.

Each verb may be called again: a request that is still open is asked once more under its own key, which does no more.
Each raises CannotChange (it makes no sense now), Refused (Stripe said no: nothing was done), or GatewayError (nobody
knows: the row stays open, and is closed by whatever Stripe tells next).
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from members.changes.asking import ask, carry_out, check
from members.changes.offering import (
    Action,
    CannotChange,
    Effect,
    SwitchPreview,
    Terms,
    effect_of,
    paid_until,
)
from members.enums import ChangeKind
from members.memberships.tiers import tier_of
from members.models import MembershipChange
from members.periods import same_time_months_later
from members.selling.publishing import product_of
from payments.catalogue import Stock
from payments.enums import Rest
from payments.gateway import changing
from payments.gateway.changing import Changed, Price
from payments.models import Subscription
from payments.money import Money

if TYPE_CHECKING:
    from members.models import User


def preview_switch(*, subscription: Subscription, terms: Terms) -> SwitchPreview:
    """What a switch would charge, and when. Asks Stripe once if it charges something now, else not at all."""
    check(subscription, Action.SWITCH)
    now = _asked_at(subscription, terms) or timezone.now().replace(microsecond=0)
    effect = effect_of(subscription, terms)
    next_amount = Money(terms.amount, subscription.currency)
    nothing = Money(0, subscription.currency)
    if effect == Effect.NEXT_PAYMENT:
        return SwitchPreview(
            effect, nothing, nothing, next_amount, subscription.current_period_end, int(now.timestamp())
        )
    bill = changing.preview_price(subscription, _price(terms, subscription), at=now)
    is_longer = terms.interval != subscription.interval
    next_on = same_time_months_later(now, 12) if is_longer else subscription.current_period_end
    return SwitchPreview(
        effect,
        Money(bill.due, subscription.currency),
        Money(bill.credit, subscription.currency),
        next_amount,
        next_on,
        int(now.timestamp()),
    )


def switch(
    *,
    subscription: Subscription,
    terms: Terms,
    actor: "User",
    reason: str = "",
    reason_code: str = "",
    at: int | None = None,
) -> MembershipChange:
    """Another tier, interval or amount. `at`: the preview's, so that what was shown is what is charged."""
    check(subscription, Action.SWITCH)
    effect, price = effect_of(subscription, terms), _price(terms, subscription)
    wanted = _wanted(terms)

    def call(change: MembershipChange) -> Changed:
        if effect == Effect.NOW:
            charged_at = datetime.fromtimestamp(change.after["at"], timezone.get_current_timezone())
            return changing.change_price_now(subscription, price, at=charged_at, key=change.key)
        is_other = terms.interval != subscription.interval and subscription.status != "trialing"
        rest_until = subscription.current_period_end if is_other else None
        return changing.change_price_later(subscription, price, rest_until=rest_until, key=change.key)

    details = {"at": at or int(timezone.now().timestamp())}
    change = ask(ChangeKind.SWITCHED, subscription, actor, wanted, details, reason, reason_code)
    return carry_out(change, subscription, call, is_charged=effect == Effect.NOW)


def pause(
    *, subscription: Subscription, months: int, actor: "User", reason: str = "", reason_code: str = ""
) -> MembershipChange:
    """Charges nothing for so many months from the next payment on. What is paid for is kept."""
    check(subscription, Action.PAUSE)
    if not 1 <= months <= 6:
        raise CannotChange(_("A pause lasts from one to six months."))
    until = same_time_months_later(subscription.current_period_end, months)
    change = ask(
        ChangeKind.PAUSED,
        subscription,
        actor,
        {"months": months},
        {"until": until.isoformat()},
        reason,
        reason_code,
    )
    return carry_out(
        change,
        subscription,
        lambda asked: changing.move_next_charge(
            subscription,
            until=datetime.fromisoformat(asked.after["until"]),
            why=Rest.PAUSE,
            key=asked.key,
        ),
    )


def resume(*, subscription: Subscription, actor: "User", reason: str = "") -> MembershipChange:
    """Ends a pause: what is paid for comes first, then the next payment; if that is over, it is charged now."""
    check(subscription, Action.RESUME)
    until = paid_until(subscription)
    change = ask(
        ChangeKind.RESUMED, subscription, actor, {"from": max(until, timezone.now()).date().isoformat()},
        {}, reason, "",
    )  # fmt: skip

    def call(asked: MembershipChange) -> Changed:
        if until > timezone.now() and not subscription.is_paused:
            return changing.move_next_charge(subscription, until=until, why=Rest.CHANGE, key=asked.key)
        return changing.charge_again(subscription, key=asked.key)

    return carry_out(change, subscription, call, is_charged=True)


def cancel(
    *, subscription: Subscription, actor: "User", reason: str = "", reason_code: str = ""
) -> MembershipChange:
    """Ends with what is paid for; at once if nothing is. Nothing more is charged."""
    check(subscription, Action.CANCEL)
    change = ask(ChangeKind.CANCELLED, subscription, actor, {}, {}, reason, reason_code)
    told = {"feedback": _FEEDBACK.get(reason_code, ""), "comment": reason[:500]}

    def call(asked: MembershipChange) -> Changed:
        if _is_anything_left(subscription):
            return changing.end_with_period(subscription, is_ending=True, key=asked.key, **told)
        return changing.end_now(subscription, key=asked.key, **told)

    return carry_out(change, subscription, call)


def keep(*, subscription: Subscription, actor: "User", reason: str = "") -> MembershipChange:
    """Undoes a cancellation that has not come true yet."""
    check(subscription, Action.KEEP)
    change = ask(ChangeKind.KEPT, subscription, actor, {}, {}, reason, "")
    return carry_out(
        change,
        subscription,
        lambda asked: changing.end_with_period(subscription, is_ending=False, key=asked.key),
    )


_FEEDBACK = {
    "too_expensive": "too_expensive",
    "tight": "too_expensive",
    "not_used": "unused",
    "break": "unused",
    "content": "low_quality",
    "elsewhere": "switched_service",
    "technical": "too_complex",
    "other": "other",
}
"""The page's reasons in Stripe's words."""


def _asked_at(subscription: Subscription, terms: Terms) -> datetime | None:
    """When the same was asked for and nobody knows what came of it: asked again, it is charged as of then."""
    asked = MembershipChange.objects.asked().filter(subscription=subscription, kind=ChangeKind.SWITCHED)
    for found in asked:
        if found.after.items() >= _wanted(terms).items():
            return datetime.fromtimestamp(found.after["at"], timezone.get_current_timezone())
    return None


def _wanted(terms: Terms) -> dict[str, Any]:
    return {"tier": terms.tier.name, "amount": terms.amount, "interval": terms.interval}


def _is_anything_left(subscription: Subscription) -> bool:
    if subscription.status in ("past_due", "unpaid"):
        return False
    return subscription.is_on_trial or paid_until(subscription) > timezone.now()


def _price(terms: Terms, subscription: Subscription) -> Price:
    return Price(
        amount=terms.amount,
        currency=subscription.currency,
        interval=terms.interval,
        # Not there yet: one is made for the change, and the amount says which tier it is.
        product_id=Stock().id_of(product_of(terms.tier)) or _own_product(terms, subscription),
        name=terms.tier.name,
    )


def _own_product(terms: Terms, subscription: Subscription) -> str:
    return subscription.product_id if tier_of(subscription) == terms.tier else ""
