from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _, ngettext

from payments import catalogue
from payments.admin.base import ReadOnlyAdmin
from payments.models import CatalogueItem
from payments.models.queue import QueueQuerySet


@admin.register(CatalogueItem)
class CatalogueItemAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "state", "difference", "changed_at"]
    list_filter = ["kind", "state", "livemode"]
    search_fields = ["name", "key", "stripe_id"]
    actions = ["make_again"]

    def has_make_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("payments.change_catalogueitem")

    @admin.action(description=_("Make it at Stripe again as we set it"), permissions=["make"])
    def make_again(self, request: HttpRequest, queryset: QueueQuerySet[CatalogueItem]) -> None:
        count = catalogue.make_again(queryset)
        said = ngettext("%(count)d item will be made again.", "%(count)d items will be made again.", count)
        messages.success(request, said % {"count": count})
