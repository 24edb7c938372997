"""What a reader fills in to change, pause or leave. Every form works with nothing but a POST."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.changes.choices import Choice
from members.changes.leaving import Reason
from members.changes.offering import Terms
from members.forms import own_amount
from payments.enums import Interval

MOST_MONTHS = 6


class SwitchForm(forms.Form):
    """Which tier, how often, how much. `terms` is what was chosen, once the form is valid."""

    plan = forms.TypedChoiceField(
        label=_("Membership"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a membership.")},
    )
    amount = forms.CharField(
        label=_("Your own amount"),
        help_text=_("Leave it empty to pay the price beside your choice. More is welcome."),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, choices: list[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {choice.plan.pk: choice for choice in choices}
        field = cast(forms.TypedChoiceField, self.fields["plan"])
        field.choices = [(pk, str(choice.plan)) for pk, choice in self.offered.items()]
        field.initial = next((pk for pk, choice in self.offered.items() if choice.is_current), None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        choice = self.offered.get(cleaned.get("plan", 0))
        if choice is None:
            return cleaned
        try:
            cleaned["terms"] = self._terms(choice, cleaned.get("amount", ""))
        except ValidationError as error:
            self.add_error("amount", error)
        return cleaned

    def _terms(self, choice: Choice, typed: str) -> Terms:
        amount = own_amount(typed, choice.floor) if typed.strip() else choice.price.amount
        if choice.is_current and amount == choice.price.amount:
            raise ValidationError(
                _("This is what you have already. Choose another membership, or write another amount.")
            )
        return Terms(tier=choice.plan.tier, interval=Interval(choice.plan.interval), amount=amount)


class PauseForm(forms.Form):
    """For how long. `reason` comes along where the page for leaving offered the pause."""

    months = forms.TypedChoiceField(
        label=_("How long"),
        coerce=int,
        choices=[(months, str(months)) for months in range(1, MOST_MONTHS + 1)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how long.")},
    )
    reason = forms.ChoiceField(required=False, choices=[("", ""), *Reason.choices], widget=forms.HiddenInput)


class CancelForm(forms.Form):
    """Why, if the reader cares to say. `is_sure`: an offer was made already, or none is wanted."""

    reason = forms.ChoiceField(
        label=_("Why do you go?"), choices=Reason.choices, widget=forms.RadioSelect, required=False
    )
    words = forms.CharField(
        label=_("Anything you would like to tell us"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    is_sure = forms.BooleanField(required=False, widget=forms.HiddenInput)
