from collections.abc import Mapping
from typing import Any, cast

from allauth.account.forms import RequestLoginCodeForm
from allauth.account.models import EmailAddress
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.models import GiftOffer, Testimonial, User
from members.models.user import normalise_email
from members.selling import catalogue
from payments.enums import Interval
from payments.money import Money, to_decimal, to_minor

OTHER = "other"
MOST = 10_000
"""Times the lowest price: more than that is a slip of the finger, or a card tester."""


class EmailField(forms.EmailField):
    """One spelling per mailbox."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"autocomplete": "email", "inputmode": "email"}
        messages = {
            "required": _("Write your email address."),
            "invalid": _("This is not a whole email address. Write it like name@example.org."),
        }
        widget = forms.EmailInput(attrs=attributes)
        super().__init__(widget=widget, max_length=254, error_messages=messages, **kwargs)

    def clean(self, value: Any) -> str:
        return normalise_email(super().clean(value))


class CardLinkForm(forms.Form):
    """Whose link to the card page is lost."""

    email = EmailField(label=_("Email"))


class CampaignField(forms.SlugField):
    """The campaign that a link named. A mistyped link is no reader's mistake: it names none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=50, widget=forms.HiddenInput, **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return str(super().clean(value))
        except ValidationError:
            return ""


class JoinForm(forms.Form):
    """How often and how much; the tier follows from the amount. `cleaned_data` gains `plan` and `amount`."""

    interval = forms.ChoiceField(
        label=_("How often"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose monthly or yearly.")},
    )
    amount_month = forms.ChoiceField(label=_("Each month"), widget=forms.RadioSelect, required=False)
    amount_year = forms.ChoiceField(label=_("Each year"), widget=forms.RadioSelect, required=False)
    other_amount = forms.CharField(
        label=_("Your own amount"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    cover_fee = forms.BooleanField(label=_("Cover the card fee as well"), required=False)
    email = EmailField(label=_("Email"))
    campaign = CampaignField()

    def __init__(
        self, *args: Any, currency: str, shelves: dict[str, catalogue.Shelf] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.shelves = catalogue.shelves(currency) if shelves is None else shelves
        self._offer_intervals()
        for interval, shelf in self.shelves.items():
            field = cast(forms.ChoiceField, self.fields[f"amount_{interval}"])
            field.choices = [(each.value, each.label) for each in shelf.presets] + [
                (OTHER, _("Another amount"))
            ]
            field.initial = str(shelf.preselected or OTHER)

    def _offer_intervals(self) -> None:
        """Those at which something is sold; both, where nothing is: then that is what is told."""
        words = {Interval.MONTH: _("Monthly"), Interval.YEAR: _("Yearly")}
        sold = [interval for interval in Interval if self.shelves[interval].plans] or list(Interval)
        field = cast(forms.ChoiceField, self.fields["interval"])
        field.choices = [(interval, words[interval]) for interval in sold]
        field.initial = sold[0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        interval = cleaned.get("interval")
        if not interval:
            return cleaned
        chosen = cleaned.get(f"amount_{interval}")
        name = "other_amount" if chosen == OTHER else f"amount_{interval}"
        if name not in self.errors:
            try:
                cleaned["amount"] = self._amount(interval, chosen, cleaned.get("other_amount") or "")
                cleaned["plan"] = self.shelves[interval].plan_for(cleaned["amount"])
            except ValidationError as error:
                self.add_error(name, error)
        return cleaned

    def _amount(self, interval: str, chosen: str | None, typed: str) -> int:
        if not chosen:
            raise ValidationError(_("Choose an amount."))
        if chosen != OTHER:
            return int(chosen)
        return own_amount(typed, self.shelves[interval].lowest)

    def filled_by(self, asked: Mapping[str, str]) -> dict[str, str]:
        """What a link fills in: `interval`, `amount` (10.50), `plan` (a tier's slug, or member-year)."""
        slug, interval = self._plan_named(asked.get("plan", ""), asked.get("interval", ""))
        sold = cast(forms.ChoiceField, self.fields["interval"])
        if interval not in {str(value) for value, _label in cast(Any, sold.choices)}:
            interval = str(sold.initial)
        amount = self._amount_named(asked.get("amount", ""), slug, self.shelves[interval])
        if amount is None:
            return {"interval": interval} if "interval" in asked else {}
        return {"interval": interval} | self._as_chosen(interval, amount)

    def _plan_named(self, plan: str, interval: str) -> tuple[str, str]:
        slug, _dash, named = plan.rpartition("-")
        return (slug, named) if slug and named in self.shelves else (plan, interval)

    def _amount_named(self, typed: str, slug: str, shelf: catalogue.Shelf) -> int | None:
        try:
            return to_minor(typed, self.currency)
        except ValueError:
            return next((plan.amount for plan in shelf.plans if plan.tier.slug == slug), None)

    def _as_chosen(self, interval: str, amount: int) -> dict[str, str]:
        if amount in self.shelves[interval].amounts:
            return {f"amount_{interval}": str(amount)}
        typed = str(to_decimal(amount, self.currency))
        return {f"amount_{interval}": OTHER, "other_amount": typed}


def own_amount(typed: str, lowest: Money | None) -> int:
    """What a reader typed, in minor units. Raises ValidationError in words for the reader."""
    if lowest is None:
        raise ValidationError(_("Memberships are not sold in this currency."))
    if not typed.strip():
        raise ValidationError(_("Write the amount that you want to give."))
    try:
        amount = to_minor(typed, lowest.currency)
    except ValueError:
        raise ValidationError(_("This is not an amount of money. Write it like %s.") % lowest) from None
    if amount < lowest.amount:
        raise ValidationError(_("The least is %s.") % lowest)
    if amount > MOST * lowest.amount:
        raise ValidationError(_("That is more than this form takes. Write to us, we would love to talk."))
    return amount


class GiftForm(forms.Form):
    """Which gift, from whom, with which words."""

    offer = forms.ModelChoiceField(
        label=_("How long"),
        queryset=GiftOffer.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose how long it lasts.")},
    )
    email = EmailField(label=_("Your email"))
    giver_name = forms.CharField(
        label=_("Your name"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    recipient_name = forms.CharField(label=_("Who is it for?"), required=False, max_length=80)
    message = forms.CharField(
        label=_("A message"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 4})
    )
    campaign = CampaignField()

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offers = GiftOffer.objects.on_sale(currency)
        field = cast(forms.ModelChoiceField, self.fields["offer"])
        field.queryset = offers
        field.initial = offers.last()


class GiftLinkForm(forms.Form):
    """A gift's link, or the part of it that counts."""

    link = forms.CharField(label=_("Your gift link"), max_length=500)

    def clean_link(self) -> str:
        token = self.cleaned_data["link"].strip().rstrip("/").rpartition("/")[2]
        if not token or len(token) > 100:
            raise ValidationError(_("This is not a gift link. Copy the whole of it from your message."))
        return str(token)


class TestimonialForm(forms.Form):
    """A few words on why somebody joined."""

    text = forms.CharField(
        label=_("Your words"),
        max_length=Testimonial.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Up to 280 characters."),
        error_messages={"required": _("Write a sentence or two.")},
    )
    name = forms.CharField(
        label=_("Your name, as it shall be shown"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("A first name will do."),
        error_messages={"required": _("Write the name to show beside your words.")},
    )
    consent = forms.BooleanField(
        label=_("You may show my words and this name in public"),
        error_messages={"required": _("Without your permission we cannot show your words.")},
    )


class SignInForm(RequestLoginCodeForm):
    """Asks for a code. Who paid or was brought over before ever signing in has no address to prove yet: now they do."""

    def clean_email(self) -> str:
        email = normalise_email(super().clean_email())
        if user := User.objects.filter(email=email, is_active=True).first():
            EmailAddress.objects.get_or_create(user=user, email=email, defaults={"primary": True})
        return email


class RedeemSignInForm(SignInForm):
    """The same for a gift: somebody new gets an account, which the code then proves to be theirs."""

    def clean_email(self) -> str:
        User.objects.for_email(self.cleaned_data["email"])
        return super().clean_email()
