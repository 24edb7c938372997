"""Whether Stripe is heard, and the books are right."""

from django.contrib import admin

from payments.admin.base import ReadOnlyAdmin
from payments.models import Alarm, BookCheck, CollectionRequest, Cursor, StripeEvent


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnlyAdmin):
    list_display = ["event_id", "type", "state", "attempts", "received_at", "processed_at"]
    list_filter = ["state", "type", "livemode"]
    search_fields = ["event_id", "error"]
    exclude = ["body"]


@admin.register(CollectionRequest)
class CollectionRequestAdmin(ReadOnlyAdmin):
    list_display = ["subscription", "state", "outcome", "is_asked", "attempts", "created_at", "processed_at"]
    list_filter = ["state", "outcome"]
    list_select_related = ["subscription"]
    search_fields = ["subscription__stripe_id", "error"]


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    list_display = ["kind", "subject", "message", "raised_at", "processed_at", "cleared_at"]
    list_filter = ["kind"]
    search_fields = ["subject", "message"]
    date_hierarchy = "raised_at"


@admin.register(Cursor)
class CursorAdmin(ReadOnlyAdmin):
    list_display = ["name", "read_until", "finished_at", "lease_until"]


@admin.register(BookCheck)
class BookCheckAdmin(ReadOnlyAdmin):
    list_display = ["checked_at", "findings", "seconds", "is_offline"]
