"""Money that went back, is contested, should go back, or did not come."""

from collections.abc import Iterable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _, ngettext

from payments.admin.base import MoneyAdmin, ReadOnlyAdmin
from payments.enums import Standing
from payments.models import Dispute, Refund, RefundProposal, UnpaidInvoice
from payments.money import Money
from payments.proposing import dismiss_proposal


@admin.register(Refund)
class RefundAdmin(MoneyAdmin):
    list_display = ["stripe_id", "payment", "money", "status", "refunded_at"]
    list_filter = ["status", "currency", "livemode"]
    list_select_related = ["payment"]
    search_fields = ["stripe_id", "payment__charge_id"]
    date_hierarchy = "refunded_at"


@admin.register(Dispute)
class DisputeAdmin(MoneyAdmin):
    list_display = ["stripe_id", "payment", "money", "status", "reason", "opened_at", "evidence_due_at"]
    list_filter = ["status", "reason", "currency", "livemode"]
    list_select_related = ["payment"]
    search_fields = ["stripe_id", "payment__charge_id"]
    date_hierarchy = "opened_at"


@admin.register(UnpaidInvoice)
class UnpaidInvoiceAdmin(MoneyAdmin):
    list_display = ["invoice_id", "subscription", "money", "state", "attempts", "failed_at", "settled_at"]
    list_filter = ["state", "needs_confirmation", "currency", "livemode"]
    list_select_related = ["subscription"]
    search_fields = ["invoice_id", "subscription__stripe_id", "subscription__customer__user__email"]
    date_hierarchy = "failed_at"


class OutcomeFilter(admin.SimpleListFilter):
    title = _("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable[tuple[str, str]]:
        return [("open", _("waiting")), ("kept", _("kept")), ("returned", _("given back"))]  # type: ignore[list-item]

    def queryset(self, request: HttpRequest, queryset: QuerySet[RefundProposal]) -> QuerySet[RefundProposal]:
        match self.value():
            case "open":
                return RefundProposal.objects.open() & queryset
            case "kept":
                return queryset.filter(dismissed_at__isnull=False)
            case "returned":
                return queryset.filter(payment__standing=Standing.RETURNED)
        return queryset


@admin.register(RefundProposal)
class RefundProposalAdmin(ReadOnlyAdmin):
    list_display = ["payment", "money", "user", "reason", "created_at", "dismissed_at", "dismissed_by"]
    list_filter = [OutcomeFilter]
    list_select_related = ["payment__user", "dismissed_by"]
    search_fields = ["payment__charge_id", "payment__user__email"]
    actions = ["keep"]

    @admin.display(ordering="payment__amount")
    def money(self, proposal: RefundProposal) -> Money:
        return proposal.payment.money

    @admin.display(ordering="payment__user")
    def user(self, proposal: RefundProposal) -> str:
        return str(proposal.payment.user or "")

    def has_keep_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("payments.change_refundproposal")

    @admin.action(description=_("Keep the money: it counts after all"), permissions=["keep"])
    def keep(self, request: HttpRequest, chosen: QuerySet[RefundProposal]) -> None:
        waiting = list(RefundProposal.objects.open().filter(pk__in=chosen.values("pk")))
        for proposal in waiting:
            dismiss_proposal(proposal=proposal, user=request.user)  # type: ignore[arg-type]  # staff have signed in
            self.log_change(request, proposal, str(_("Kept the money.")))
        said = ngettext("%d payment counts from now on.", "%d payments count from now on.", len(waiting))
        messages.success(request, said % len(waiting))
