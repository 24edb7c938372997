"""Forms of the administration for what is sold: tiers, plans, offers, regions. Each mistake is told in words."""

from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from members.models import (
    ContributionOffer,
    GiftOffer,
    IntroductoryOffer,
    Plan,
    Region,
    RegionalAmounts,
    Tier,
)
from members.money_forms import CodesField, CurrencyFormField, LinesField, MoneyForm
from payments.money import Money

LONGEST_TRIAL = 730
"""Days that Stripe takes."""


class TierForm(forms.ModelForm):
    benefits = LinesField(required=False, help_text=_("One per line, as readers shall see them."))

    class Meta:
        model = Tier
        fields = ["name", "slug", "description", "benefits", "position", "is_active"]
        help_texts = {
            "slug": _("Part of links like /join/?plan=member. Leave it once it has been sent to readers."),
            "description": _("One line below the name. Stripe's page shows it too."),
            "position": _("Lower comes first."),
            "is_active": _("Off: nobody can join at this level any more. Who has it keeps it."),
        }


class PlanForm(MoneyForm):
    single = ("amount", "preselected_amount")
    several = ("suggested_amounts",)
    currency = CurrencyFormField()

    class Meta:
        model = Plan
        fields = [
            *("tier", "interval", "currency", "amount", "suggested_amounts", "preselected_amount"),
            *("trial_days", "is_active"),
        ]
        labels = {"amount": _("Price"), "trial_days": _("Free days"), "is_active": _("Sold")}
        help_texts = {
            "amount": _("The least that buys the tier, like 5.00. Who has it keeps what they pay."),
            "suggested_amounts": _("To choose from, with spaces between: 5 10 20."),
            "preselected_amount": _("One of them, chosen from the start. Empty: the second."),
            "trial_days": _("For new members, before the first payment. 0: none."),
            "is_active": _("Off: archived. Nobody can buy it any more; who has it keeps it."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            self._check_amounts(cleaned)
            self._check_sold(cleaned)
        if cleaned.get("trial_days", 0) > LONGEST_TRIAL:
            self.add_error("trial_days", gettext("%d days at most.") % LONGEST_TRIAL)
        return cleaned

    def _check_amounts(self, cleaned: dict[str, Any]) -> None:
        price = Money(cleaned["amount"], cleaned["currency"])
        suggested, preselected = cleaned.get("suggested_amounts") or [], cleaned.get("preselected_amount")
        if suggested and suggested[0] < price.amount:
            self.add_error("suggested_amounts", gettext("Nothing can be bought for less than %s.") % price)
        if preselected and preselected not in suggested:
            self.add_error("preselected_amount", gettext("It must be one of the suggested amounts."))

    def _check_sold(self, cleaned: dict[str, Any]) -> None:
        """What readers have bought stays what it was."""
        plan = self.instance
        if plan.pk is None:
            return
        fixed = {name: getattr(plan, name) for name in ("currency", "interval", "tier") if name in cleaned}
        if any(cleaned[name] != value for name, value in fixed.items()) and plan.signups.exists():
            raise ValidationError(_("Readers have bought this plan. Archive it, and add another."))
        if plan.offers.filter(is_active=True).exists() and cleaned.get("trial_days"):
            self.add_error(
                "trial_days", gettext("This plan has an introductory offer: one of the two is enough.")
            )


class PlanFormSet(forms.BaseInlineFormSet):
    """A tier's plans, no two of them sold at the same interval and in the same currency."""

    def clean(self) -> None:
        super().clean()
        sold = set()
        for form in self.forms:
            cleaned = getattr(form, "cleaned_data", {})
            if cleaned.get("is_active") and not cleaned.get("DELETE"):
                kind = (cleaned.get("interval"), cleaned.get("currency"))
                if kind in sold:
                    raise ValidationError(
                        _("Two plans are sold for the same interval and currency. Archive one of them.")
                    )
                sold.add(kind)


class OfferForm(MoneyForm):
    single = ("amount",)

    class Meta:
        model = IntroductoryOffer
        fields = ["amount", "periods", "starts_at", "ends_at", "is_active"]
        labels = {"amount": _("Price at first"), "periods": _("For how many payments")}
        help_texts = {
            "amount": _("Like 1.00, less than the plan's price."),
            "periods": _("Months of a monthly plan, years of a yearly one."),
        }

    def money_of(self, cleaned: dict[str, Any]) -> str:
        return self._plan.currency if self._plan else "EUR"

    @property
    def _plan(self) -> Plan | None:
        return getattr(self.instance, "plan", None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        plan, amount = self._plan, cleaned.get("amount")
        if plan and amount and plan.amount and amount >= plan.amount:
            self.add_error("amount", gettext("An offer is less than the plan's price, %s.") % plan.price)
        if plan and cleaned.get("is_active") and plan.trial_days:
            raise ValidationError(_("This plan has free days: one of the two is enough."))
        return cleaned


class GiftOfferForm(MoneyForm):
    single = ("amount",)
    currency = CurrencyFormField()

    class Meta:
        model = GiftOffer
        fields = ["months", "currency", "amount", "is_active"]
        labels = {"amount": _("Price"), "is_active": _("Sold")}


class ContributionOfferForm(MoneyForm):
    single = ("preselected", "floor")
    several = ("amounts",)
    currency = CurrencyFormField()

    class Meta:
        model = ContributionOffer
        fields = ["currency", "interval", "amounts", "preselected", "floor", "is_active"]
        help_texts = {"amounts": _("To choose from, with spaces between: 5 10 20.")}


class RegionForm(forms.ModelForm):
    countries = CodesField(
        required=False,
        help_text=_(
            "Codes of two capitals: DE AT FR. Readers there are offered this region first. "
            "None: it is for everybody whose country no region has."
        ),
    )
    currency = CurrencyFormField()

    class Meta:
        model = Region
        fields = ["name", "slug", "countries", "currency", "position"]
        help_texts = {"position": _("Lower comes first.")}

    def clean_countries(self) -> list[str]:
        codes: list[str] = self.cleaned_data["countries"]
        if unknown := [code for code in codes if len(code) != 2 or code not in Locale("en").territories]:
            raise ValidationError(_("No country has the code %s.") % ", ".join(unknown))
        for other in Region.objects.exclude(pk=self.instance.pk):
            if taken := {*codes} & {*other.countries}:
                raise ValidationError(
                    _("%(codes)s: in the region %(region)s already."),
                    params={"codes": ", ".join(sorted(taken)), "region": other},
                )
        return codes


class RegionalAmountsForm(MoneyForm):
    single = ("preselected_amount",)
    several = ("suggested_amounts",)

    class Meta:
        model = RegionalAmounts
        fields = ["interval", "suggested_amounts", "preselected_amount"]
        help_texts = {
            "suggested_amounts": _("Instead of the plans' own, with spaces between: 5 10 20."),
            "preselected_amount": _("One of them, chosen from the start. Empty: the second."),
        }

    def money_of(self, cleaned: dict[str, Any]) -> str:
        region = getattr(self.instance, "region", None)
        return region.currency if region and region.currency else "EUR"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        preselected = cleaned.get("preselected_amount")
        if preselected and preselected not in (cleaned.get("suggested_amounts") or []):
            self.add_error("preselected_amount", gettext("It must be one of the suggested amounts."))
        return cleaned
