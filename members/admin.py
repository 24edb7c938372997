from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _, ngettext

from members import selling_admin  # noqa: F401
from members.contributions import contributing
from members.models import (
    Contribution,
    ContributionOffer,
    ContributionReminder,
    ContributionSettings,
    Erasure,
    Gift,
    MailBounce,
    Membership,
    Newsletter,
    OutgoingMail,
    Signup,
    User,
)
from members.outbox import mailing
from members.selling_forms import ContributionOfferForm
from payments.admin import ReadOnlyAdmin
from payments.admin.base import MoneyAdmin, ReadOnlyInline
from payments.models.queue import QueueQuerySet


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["email", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_fields = ["email"]
    fields = ["email", "is_active", "is_staff", "is_superuser", "groups", "date_joined", "last_login"]
    readonly_fields = ["date_joined", "last_login"]
    filter_horizontal = ["groups"]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Who may do what is the administrators' to say: nobody gives themselves rights."""
        rights = [] if request.user.is_superuser else ["is_staff", "is_superuser", "groups"]
        return [*self.readonly_fields, *rights]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Staff's accounts are the administrators': whoever sets an address can sign in by it."""
        is_theirs = request.user.is_superuser or obj is None or not obj.is_staff
        return is_theirs and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Money hangs on people: a reader is erased from their own page, and the books stay."""
        return False


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["user", "tier", "origin", "starts_on", "ends_on", "campaign_code"]
    list_filter = ["origin", "tier"]
    list_select_related = ["user", "tier"]
    search_fields = ["user__email"]
    date_hierarchy = "starts_on"


@admin.register(Signup)
class SignupAdmin(ReadOnlyAdmin):
    list_display = ["email", "plan", "is_open", "created_at", "campaign_code"]
    list_select_related = ["plan__tier"]
    search_fields = ["email"]


@admin.register(Gift)
class GiftAdmin(ReadOnlyAdmin):
    list_display = ["giver_email", "tier", "months", "is_open", "redeemed_at"]
    list_select_related = ["tier"]
    search_fields = ["giver_email", "redeemed_by__email"]
    exclude = ["token_hash"]


@admin.register(ContributionOffer)
class ContributionOfferAdmin(admin.ModelAdmin):
    form = ContributionOfferForm
    list_display = ["currency", "interval", "amounts", "preselected", "floor", "is_active"]
    list_filter = ["currency", "is_active"]


@admin.register(ContributionSettings)
class ContributionSettingsAdmin(admin.ModelAdmin):
    list_display = ["__str__", "is_nudge_on", "dedication_waits_hours"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ContributionSettings.objects.exists()


class ReminderInline(ReadOnlyInline):
    model = ContributionReminder


@admin.register(Contribution)
class ContributionAdmin(MoneyAdmin):
    list_display = [
        *("email", "money", "interval", "paid_at", "public_name", "is_name_approved"),
        *("dedication", "honoree_name", "message", "notify_email", "notified_at", "notify_stopped_at"),
    ]
    list_filter = ["interval", "currency", "dedication", "is_name_approved"]
    search_fields = ["email", "public_name", "honoree_name", "notify_email"]
    date_hierarchy = "paid_at"
    exclude = ["fingerprint"]
    inlines = [ReminderInline]
    actions = ["stop_dedication", "show_name", "hide_name"]

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("members.change_contribution")

    @admin.action(description=_("Stop the mail about the dedication"), permissions=["moderate"])
    def stop_dedication(self, request: HttpRequest, queryset: QuerySet[Contribution]) -> None:
        count = contributing.stop_dedications(queryset)
        said = ngettext("%(count)d mail is stopped.", "%(count)d mails are stopped.", count)
        messages.success(request, said % {"count": count})

    @admin.action(description=_("Show the name on the donation page"), permissions=["moderate"])
    def show_name(self, request: HttpRequest, queryset: QuerySet[Contribution]) -> None:
        queryset.exclude(public_name="").update(is_name_approved=True)

    @admin.action(description=_("Do not show the name"), permissions=["moderate"])
    def hide_name(self, request: HttpRequest, queryset: QuerySet[Contribution]) -> None:
        queryset.update(is_name_approved=False)


@admin.register(MailBounce)
class MailBounceAdmin(ReadOnlyAdmin):
    list_display = ["address", "kind", "bounced_at", "mail", "cleared_at", "cleared_by"]
    list_filter = ["kind", ("cleared_at", admin.EmptyFieldListFilter)]
    list_select_related = ["mail", "cleared_by"]
    search_fields = ["address"]


class MailBounceInline(ReadOnlyInline):
    model = MailBounce
    fields = ["kind", "bounced_at", "detail", "cleared_at"]


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    list_display = ["kind", "recipient", "state", "unsent", "attempts", "processed_at"]
    list_filter = ["kind", "state", "unsent"]
    search_fields = ["recipient"]
    inlines = [MailBounceInline]
    actions = ["send_again"]

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("members.change_outgoingmail")

    @admin.action(description=_("Send again what was given up"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QueueQuerySet[OutgoingMail]) -> None:
        count = mailing.send_again(queryset)
        said = ngettext("%(count)d mail waits to be sent.", "%(count)d mails wait to be sent.", count)
        messages.success(request, said % {"count": count})


@admin.register(Newsletter)
class NewsletterAdmin(admin.ModelAdmin):
    list_display = ["name", "rhythm", "is_active", "subscribers"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Newsletter]:
        current = Q(subscriptions__confirmed_at__isnull=False, subscriptions__ended_at__isnull=True)
        found: QuerySet[Newsletter] = super().get_queryset(request)
        return found.annotate(current=Count("subscriptions", filter=current))

    @admin.display(description=_("subscribers (CSV)"))
    def subscribers(self, newsletter: Any) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("subscribers_csv", args=[newsletter.slug]), newsletter.current
        )


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ["user", "actor", "asked_at", "state", "blanked_at", "attempts", "reason"]
    list_filter = ["state"]
    list_select_related = ["user", "actor"]
