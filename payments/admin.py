"""Money is read here and never written."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from payments.models import (
    Alarm,
    Checkout,
    Customer,
    LedgerEntry,
    Payment,
    Posting,
    StripeEvent,
    Subscription,
)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only the way of a payment writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PostingInline(admin.TabularInline):
    model = Posting
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ["charge_id", "purpose", "money", "paid_at", "user"]
    list_filter = ["purpose", "currency", "livemode"]
    list_select_related = ["user"]
    search_fields = ["charge_id", "payment_intent_id", "invoice_id", "user__email"]
    date_hierarchy = "paid_at"


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ["kind", "source", "effective_at", "posted_at", "livemode"]
    list_filter = ["kind", "livemode"]
    search_fields = ["source", "payment__charge_id"]
    date_hierarchy = "effective_at"
    inlines = [PostingInline]


@admin.register(Checkout)
class CheckoutAdmin(ReadOnlyAdmin):
    list_display = ["reference", "purpose", "money", "status", "email", "created_at"]
    list_filter = ["purpose", "status", "livemode"]
    search_fields = ["reference", "session_id", "email"]


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnlyAdmin):
    list_display = ["event_id", "type", "state", "attempts", "received_at", "processed_at"]
    list_filter = ["state", "type", "livemode"]
    search_fields = ["event_id", "error"]
    exclude = ["body"]


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    list_display = ["kind", "subject", "message", "raised_at", "processed_at", "cleared_at"]
    list_filter = ["kind"]
    search_fields = ["subject", "message"]
    date_hierarchy = "raised_at"


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ["stripe_id", "status", "current_period_end", "is_ending"]
    list_filter = ["status", "livemode"]
    search_fields = ["stripe_id"]


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ["stripe_id", "email", "user"]
    list_select_related = ["user"]
    search_fields = ["stripe_id", "email"]
