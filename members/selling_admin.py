"""What is sold, in the administration. What staff save there goes to Stripe by itself."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest

from members.models import GiftOffer, IntroductoryOffer, Plan, Region, RegionalAmounts, Tier
from members.selling_forms import (
    GiftOfferForm,
    OfferForm,
    PlanForm,
    PlanFormSet,
    RegionalAmountsForm,
    RegionForm,
    TierForm,
)
from payments.doorbell import ring
from payments.money import Money

PUBLISH = "members.tasks.publish_plans"


class SellingAdmin(admin.ModelAdmin):
    """Wakes a worker that brings to Stripe what was saved."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        transaction.on_commit(lambda: ring(PUBLISH))


class PlanInline(admin.TabularInline):
    model = Plan
    form = PlanForm
    formset = PlanFormSet
    extra = 0
    show_change_link = True


class GiftOfferInline(admin.TabularInline):
    model = GiftOffer
    form = GiftOfferForm
    extra = 0


class OfferInline(admin.TabularInline):
    model = IntroductoryOffer
    form = OfferForm
    extra = 0


@admin.register(Tier)
class TierAdmin(SellingAdmin):
    form = TierForm
    list_display = ["name", "position", "is_active"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [PlanInline, GiftOfferInline]


@admin.register(Plan)
class PlanAdmin(SellingAdmin):
    form = PlanForm
    list_display = ["tier", "interval", "price", "trial_days", "is_active"]
    list_filter = ["is_active", "interval", "currency", "tier"]
    list_select_related = ["tier"]
    inlines = [OfferInline]

    @admin.display(ordering="amount")
    def price(self, plan: Plan) -> Money:
        return plan.price


class RegionalAmountsInline(admin.TabularInline):
    model = RegionalAmounts
    form = RegionalAmountsForm
    extra = 0


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin):
    form = RegionForm
    list_display = ["name", "currency", "position"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [RegionalAmountsInline]
