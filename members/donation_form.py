"""The form of the donation page."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.enums import Dedication, ReminderChoice
from members.forms import OTHER, CampaignField, EmailField, own_amount
from members.models import ContributionOffer
from members.models.contribution import LONGEST_MESSAGE, LONGEST_NAME
from members.models.contribution_offer import FREQUENCIES, ONCE
from payments.enums import Interval
from payments.fees import fee_cover
from payments.money import Money

ONCE_CHOICE = "once"
"""How the form calls what the database leaves empty."""
_LEGENDS = {
    ONCE: _("How much?"),
    Interval.MONTH: _("How much each month?"),
    Interval.YEAR: _("How much each year?"),
}
_WORDS = ("honoree_name", "message", "notify_name", "notify_email")


class NameField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=LONGEST_NAME, **kwargs)


class DonateForm(forms.Form):
    """How often, how much, for whom. `cleaned_data` gains `offer`, `amount` (Money) and `fee_cover` (minor units)."""

    interval = forms.ChoiceField(
        label=_("How often"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how often."), "invalid_choice": _("Choose how often.")},
    )
    other_amount = forms.CharField(
        label=_("Your own amount"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    cover_fee = forms.BooleanField(label=_("Add what the payment costs us"), required=False)
    email = EmailField(label=_("Your email"))
    public_name = NameField(
        label=_("Your name, to thank you in public"),
        help_text=_("Leave it empty to stay anonymous. We look at each name before we show it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    dedication = forms.ChoiceField(
        label=_("Dedication"),
        choices=Dedication.choices,
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )
    honoree_name = NameField(label=_("Whose name"))
    message = forms.CharField(
        label=_("A message to them"),
        help_text=_("Sign it, if they should know that it comes from you. How much you give is not told."),
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    notify_name = NameField(label=_("Who should hear of it?"))
    notify_email = EmailField(label=_("Their email"), required=False)
    campaign = CampaignField()

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        # Not the donor's own, which browsers would fill in.
        self.fields["notify_email"].widget.attrs["autocomplete"] = "off"
        found = {
            offer.interval: offer for offer in ContributionOffer.objects.open().filter(currency=currency)
        }
        self.offers = {
            interval or ONCE_CHOICE: found[interval] for interval, _label in FREQUENCIES if interval in found
        }
        interval = cast(forms.ChoiceField, self.fields["interval"])
        interval.choices = [(name, offer.get_interval_display()) for name, offer in self.offers.items()]
        interval.initial = next(iter(self.offers), None)
        for name, offer in self.offers.items():
            self.fields[f"amount_{name}"] = _amounts(offer)

    @property
    def amount_groups(self) -> list[dict[str, Any]]:
        """For the page: the amounts of each interval."""
        return [
            {
                "interval": name,
                "legend": _LEGENDS[offer.interval],
                "field": self[f"amount_{name}"],
                "offers": [_choice(Money(amount, offer.currency)) for amount in sorted(set(offer.amounts))],
            }
            for name, offer in self.offers.items()
        ]

    @property
    def has_fees(self) -> bool:
        """What a payment in the currency costs us is known."""
        return fee_cover(Money(1, self.currency)) is not None

    @property
    def is_dedicated(self) -> bool:
        """Something was said in the part of the form that is closed at first."""
        names = ("dedication", *_WORDS)
        return any(self[name].value() or self[name].errors for name in names)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        offer = self.offers.get(cleaned.get("interval", ""))
        if offer:
            self._clean_amount(cleaned, offer)
        self._clean_dedication(cleaned)
        return cleaned

    def _clean_amount(self, cleaned: dict[str, Any], offer: ContributionOffer) -> None:
        name = f"amount_{cleaned['interval']}"
        chosen = cleaned.get(name)
        name = "other_amount" if chosen == OTHER else name
        if name in self.errors:
            return
        try:
            amount = _amount(chosen, cleaned.get("other_amount") or "", offer)
        except ValidationError as error:
            self.add_error(name, error)
            return
        cover = fee_cover(amount) if cleaned.get("cover_fee") else None
        cleaned |= {"offer": offer, "amount": amount, "fee_cover": cover.amount if cover else 0}

    def _clean_dedication(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("dedication"):
            if any(cleaned.get(name) for name in _WORDS):
                self.add_error("dedication", _("Choose whether it is in honour or in memory of somebody."))
            return
        if not cleaned.get("honoree_name"):
            self.add_error("honoree_name", _("Write whom you dedicate it to."))
        if (
            cleaned.get("notify_name")
            and not cleaned.get("notify_email")
            and "notify_email" not in self.errors
        ):
            self.add_error("notify_email", _("Write the address at which we reach them."))


def _choice(amount: Money) -> dict[str, str]:
    """A preset, and what it comes to if the fee is covered."""
    cover = fee_cover(amount)
    covered = Money(amount.amount + cover.amount, amount.currency) if cover else None
    note = _("%s with the fee") % covered if covered else ""
    return {"value": str(amount.amount), "label": str(amount), "tier": str(note)}


def _amounts(offer: ContributionOffer) -> forms.ChoiceField:
    choices = [(str(amount), str(Money(amount, offer.currency))) for amount in sorted(set(offer.amounts))]
    return forms.ChoiceField(
        label=_LEGENDS[offer.interval],
        choices=[*choices, (OTHER, _("Another amount"))],
        initial=str(offer.preselected),
        widget=forms.RadioSelect,
        required=False,
    )


def _amount(chosen: str | None, typed: str, offer: ContributionOffer) -> Money:
    if not chosen:
        raise ValidationError(_("Choose an amount."))
    minor = own_amount(typed, offer.least) if chosen == OTHER else int(chosen)
    return Money(minor, offer.currency)


class ReminderForm(forms.Form):
    """Whether, and when, somebody who gave once wants to be asked again."""

    reminder = forms.ChoiceField(
        label=_("Shall we remind you to give again?"),
        choices=ReminderChoice.choices,
        widget=forms.RadioSelect,
        required=False,
        initial="",
    )
