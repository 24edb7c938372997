"""The ledger, and Stripe's movements that it explains."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from payments.admin.base import MoneyAdmin, ReadOnlyAdmin, ReadOnlyInline, link_to_list
from payments.models import BalanceTransaction, LedgerEntry, Payout, Posting


class PostingInline(ReadOnlyInline):
    model = Posting
    show_change_link = False


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ["kind", "source", "payment", "effective_at", "posted_at", "livemode"]
    list_filter = ["kind", "livemode"]
    list_select_related = ["payment"]
    search_fields = ["source", "payment__charge_id"]
    date_hierarchy = "effective_at"
    readonly_fields = ["movement"]
    inlines = [PostingInline]

    @admin.display(description="at Stripe")
    def movement(self, entry: LedgerEntry) -> SafeString:
        return link_to_list(BalanceTransaction, entry.source, q=entry.source)


@admin.register(BalanceTransaction)
class BalanceTransactionAdmin(ReadOnlyAdmin):
    list_display = [
        "stripe_id",
        "reporting_category",
        "gross",
        "fee",
        "net",
        "currency",
        "created_at",
        "payout",
    ]
    list_filter = ["reporting_category", "currency", "livemode"]
    list_select_related = ["payout"]
    search_fields = ["stripe_id", "source_id"]
    date_hierarchy = "created_at"
    readonly_fields = ["entries"]

    @admin.display(description="in the ledger")
    def entries(self, movement: BalanceTransaction) -> SafeString:
        return link_to_list(LedgerEntry, _("its entries"), q=movement.stripe_id)


@admin.register(Payout)
class PayoutAdmin(MoneyAdmin):
    list_display = ["stripe_id", "money", "status", "arrives_on", "is_automatic", "trace_id"]
    list_filter = ["status", "currency", "is_automatic", "livemode"]
    search_fields = ["stripe_id", "trace_id"]
    date_hierarchy = "arrives_on"
    readonly_fields = ["movements"]

    @admin.display(description="what is inside")
    def movements(self, payout: Payout) -> SafeString:
        return link_to_list(BalanceTransaction, _("its movements"), payout__id__exact=payout.pk)
