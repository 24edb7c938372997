from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from payments.money import Money


class ReadOnly:
    """Rows that only the way of a payment writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):
    """A list and a page for each row."""


class ReadOnlyInline(ReadOnly, admin.TabularInline):
    """Rows on the page of what they belong to, each with a link to its own."""

    extra = 0
    show_change_link = True


class MoneyAdmin(ReadOnlyAdmin):
    """Of a row with an amount and its currency."""

    @admin.display(ordering="amount")
    def money(self, row: Any) -> Money:
        return Money(row.amount, row.currency)


def link_to_list(model: type[Model], text: str, **filters: Any) -> SafeString:
    """A link to the model's list, showing only the rows that fit."""
    page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    asked = "&".join(f"{name}={value}" for name, value in filters.items())
    return format_html('<a href="{}?{}">{}</a>', page, asked, text)
