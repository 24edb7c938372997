"""Money taken, and what it was asked for by."""

from django.contrib import admin

from payments.admin.base import MoneyAdmin, ReadOnlyAdmin, ReadOnlyInline
from payments.models import Checkout, Customer, Dispute, LedgerEntry, Payment, Refund, Subscription


class RefundInline(ReadOnlyInline):
    model = Refund
    fields = ["stripe_id", "amount", "currency", "status", "refunded_at"]


class DisputeInline(ReadOnlyInline):
    model = Dispute
    fields = ["stripe_id", "amount", "currency", "status", "opened_at"]


class LedgerEntryInline(ReadOnlyInline):
    model = LedgerEntry
    fields = ["kind", "source", "effective_at", "reverses"]
    ordering = ["effective_at", "pk"]


@admin.register(Payment)
class PaymentAdmin(MoneyAdmin):
    list_display = ["charge_id", "purpose", "money", "standing", "paid_at", "user"]
    list_filter = ["purpose", "standing", "currency", "livemode"]
    list_select_related = ["user"]
    search_fields = ["charge_id", "payment_intent_id", "invoice_id", "user__email"]
    date_hierarchy = "paid_at"
    inlines = [RefundInline, DisputeInline, LedgerEntryInline]


@admin.register(Checkout)
class CheckoutAdmin(MoneyAdmin):
    list_display = ["reference", "purpose", "money", "status", "email", "created_at"]
    list_filter = ["purpose", "status", "livemode"]
    search_fields = ["reference", "session_id", "email"]


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ["stripe_id", "status", "current_period_end", "is_ending"]
    list_filter = ["status", "livemode"]
    search_fields = ["stripe_id"]


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ["stripe_id", "email", "user", "deleted_at"]
    list_select_related = ["user"]
    search_fields = ["stripe_id", "email"]
