from typing import Any

from django.db import models


class AmountField(models.BigIntegerField):
    """Minor units of the currency that stands beside it."""


class CurrencyField(models.CharField):
    """Three capitals (ISO 4217)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 3, **kwargs})


class StripeIdField(models.CharField):
    """The id of a Stripe object, byte for byte."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 255, **kwargs})
