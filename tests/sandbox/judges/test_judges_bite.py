"""The judges find what they are for: each kind of fault is put into sound objects, key by key, and must be seen."""

import pytest

from tests.sandbox.judges import annotations, key_sets, openapi
from tests.sandbox.judges.judging import findings

REFUND = {
    "id": "re_1",
    "object": "refund",
    "amount": 900,
    "balance_transaction": "txn_1",
    "charge": "ch_1",
    "created": 1790000000,
    "currency": "eur",
    "destination_details": {
        "card": {"reference_type": "acquirer_reference_number", "type": "refund"},
        "type": "card",
    },
    "metadata": {"ticket": "9"},
    "payment_intent": "pi_1",
    "reason": "requested_by_customer",
    "receipt_number": None,
    "source_transfer_reversal": None,
    "status": "succeeded",
    "transfer_reversal": None,
}
PRICE = {
    "id": "price_1",
    "object": "price",
    "active": True,
    "billing_scheme": "per_unit",
    "created": 1790000000,
    "currency": "eur",
    "custom_unit_amount": None,
    "livemode": False,
    "lookup_key": None,
    "metadata": {},
    "nickname": None,
    "product": "prod_1",
    "recurring": {"interval": "month", "interval_count": 1, "meter": None, "usage_type": "licensed"},
    "tax_behavior": "unspecified",
    "tiers_mode": None,
    "transform_quantity": None,
    "type": "recurring",
    "unit_amount": 900,
    "unit_amount_decimal": "900",
}

# They lead to Connect's transfers, which the extract leaves open.
UNDESCRIBED = {"source_transfer_reversal", "transfer_reversal"}

SOUND = pytest.mark.parametrize("sound", [REFUND, PRICE], ids=["refund", "price"])
SHAPES = pytest.mark.parametrize("judge", [annotations, openapi], ids=["annotations", "openapi"])


@SOUND
def test_sound_object_passes(sound):
    assert findings([sound]) == []


@SOUND
@SHAPES
def test_wrong_type_is_found_in_every_key(sound, judge):
    keys = sound.keys() - UNDESCRIBED

    assert [key for key in keys if not judge.problems(sound | {key: [{"wrong": 1}]})] == []


@SOUND
@SHAPES
def test_unknown_key_is_found(sound, judge):
    assert len(judge.problems(sound | {"colour": "red"})) == 1


@SOUND
def test_dropped_key_is_found_whichever_it_is(sound):
    keys = sound.keys() - {"object"}  # without its name an object is taken for a mere part of another

    assert [key for key in keys if not findings([without(sound, key)])] == []


def without(sound, dropped):
    return {key: value for key, value in sound.items() if key != dropped}


@SHAPES
def test_unknown_word_in_an_enumeration_is_found(judge):
    assert len(judge.problems(REFUND | {"reason": "bored"})) == 1


@SHAPES
def test_fault_deep_inside_is_found(judge):
    broken = PRICE["recurring"] | {"interval_count": "1"}

    assert len(judge.problems(PRICE | {"recurring": broken})) == 1


@SHAPES
def test_expanded_object_of_another_kind_is_found(judge):
    assert judge.problems(REFUND | {"charge": PRICE}) != []


@SHAPES
def test_flag_is_no_number(judge):
    assert len(judge.problems(REFUND | {"amount": True})) == 1


def test_fault_in_a_listed_event_is_found():
    data = {"object": REFUND | {"amount": "900"}}
    event = {"object": "event", "data": data}

    assert any("refund.amount" in text for text in findings([{"object": "list", "data": [event]}]))


def test_removed_keys_are_found():
    """`subscription` left the invoice with 2025-03-31; an answer that still has it is of the old shape."""
    assert "invoice.subscription: unknown key" in annotations.problems(
        {"object": "invoice", "subscription": "sub_1"}
    )
    assert "subscription" not in key_sets.expected("invoice")
    assert "parent" in key_sets.expected("invoice")


def test_key_sets_know_every_vendored_object():
    assert all(name in annotations.OBJECT_CLASSES for name in key_sets.vendored())
