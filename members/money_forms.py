"""What staff set about money, typed as people write it: amounts like 5.00, lists with spaces between."""

import re
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from payments.money import Money, to_decimal, to_minor

MOST_CHOICES = 8
"""More amounts than that nobody reads; the join page's stylesheet knows as many."""


class LinesField(forms.CharField):
    """A list of texts, one per line."""

    widget = forms.Textarea(attrs={"rows": 5})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), (data or "").replace("\r\n", "\n"))


class CodesField(forms.CharField):
    """A list of capitals' codes, divided by spaces or commas."""

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return sorted(set(re.findall(r"[^\s,;]+", str(super().clean(value)).upper())))


class CurrencyFormField(forms.CharField):
    """Three capitals that mean a currency."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"max_length": 3, "help_text": _("Three capitals, like EUR.")}
        super().__init__(widget=forms.TextInput(attrs={"size": 4}), **kwargs)

    def clean(self, value: Any) -> str:
        code = str(super().clean(value)).strip().upper()
        if code not in Locale("en").currencies:
            raise ValidationError(_("%s is no currency. Write its three capitals, like EUR.") % code)
        return code


class MoneyForm(forms.ModelForm):
    """A form whose fields in `single` and `several` are amounts of a currency, stored in minor units."""

    single: tuple[str, ...] = ()
    several: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.single + self.several:
            if name in self.fields:
                self._take_text(name)

    def _take_text(self, name: str) -> None:
        old = self.fields[name]
        size = 24 if name in self.several else 8
        self.fields[name] = forms.CharField(
            label=old.label,
            required=old.required,
            help_text=str(old.help_text),
            widget=forms.TextInput(attrs={"size": size, "inputmode": "decimal"}),
        )
        stored = self.initial.get(name)
        if stored is not None:
            self.initial[name] = self._written(stored)

    def _written(self, stored: Any) -> str:
        amounts = stored if isinstance(stored, list) else [stored]
        return " ".join(f"{to_decimal(amount, self.money_of({}))}" for amount in amounts)

    def money_of(self, cleaned: dict[str, Any]) -> str:
        """The currency of the amounts: as typed in this form, else as stored."""
        return str(cleaned.get("currency") or getattr(self.instance, "currency", "") or "EUR")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        currency = self.money_of(cleaned)
        for name in self.single + self.several:
            if name in cleaned and name not in self.errors:
                try:
                    read = _amounts if name in self.several else _amount
                    cleaned[name] = read(cleaned[name], currency)
                except ValidationError as error:
                    self.add_error(name, error)
        return cleaned


def _amount(typed: str, currency: str) -> int | None:
    if not typed.strip():
        return None
    try:
        amount = to_minor(typed, currency)
    except ValueError:
        example = to_decimal(Money(1250, currency).amount, currency)
        raise ValidationError(
            _("“%(typed)s” is no amount of %(currency)s. Write it like %(example)s."),
            params={"typed": typed, "currency": currency, "example": example},
        ) from None
    if amount == 0:
        raise ValidationError(_("An amount is more than nothing."))
    return amount


def _amounts(typed: str, currency: str) -> list[int]:
    if re.search(r"\d,\d+,\d", typed):
        raise ValidationError(_("Divide the amounts by spaces: 5 10 20."))
    read = [_amount(part, currency) for part in re.findall(r"[^\s;]+", re.sub(r",(\s|$)", " ", typed))]
    amounts = sorted({amount for amount in read if amount})
    if len(amounts) > MOST_CHOICES:
        raise ValidationError(_("These are too many to choose from: %d at most.") % MOST_CHOICES)
    return amounts
