"""The installed SDK's type annotations, read as a schema.

Stripe generates them from its own API description, so they describe exactly the version the SDK pins. An answer
breaks them when a value has another type, an enumeration another word, when a key is unknown or a required one missing.
"""

import inspect
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib import import_module
from types import NoneType
from typing import Any, ClassVar, ForwardRef, Literal, TypeVar, Union, get_args, get_origin

from stripe import ListObject, SearchResultObject, StripeObject
from stripe._object_classes import OBJECT_CLASSES
from stripe._stripe_object import UntypedStripeObject

LISTS = (ListObject, SearchResultObject)

# The names under which modules import a class whose own name they already use for something else.
ALIASES = {"CardResource": "Card", "DisputeResource": "Dispute"}

SCALARS: dict[Any, tuple[type, ...]] = {str: (str,), int: (int,), bool: (bool,), float: (int, float)}


def problems(answer: dict[str, Any]) -> list[str]:
    """Say what in one Stripe object contradicts the SDK; objects nested in it are judged by their name alone."""
    name = str(answer.get("object"))
    if name not in OBJECT_CLASSES:
        return [f"object: the SDK knows no {name!r}"]
    return list(_in_fields(answer, object_class(name), name))


@cache
def object_class(name: str) -> type[StripeObject]:
    """Return the SDK's class for an `object` name such as `checkout.session`."""
    module, class_name = OBJECT_CLASSES[name]
    return getattr(import_module(module), class_name)


@cache
def fields(kind: type[StripeObject]) -> dict[str, Any]:
    """Return the annotated fields of an SDK class."""
    found = inspect.get_annotations(kind)
    return {key: note for key, note in found.items() if key[0] != "_" and get_origin(note) is not ClassVar}


def _in_fields(value: dict[str, Any], kind: type[StripeObject], path: str) -> Iterator[str]:
    known = fields(kind) | ({"object": str} if kind in LISTS else {})
    if "deleted" not in value:
        yield from (
            f"{path}.{key}: missing" for key, note in known.items() if _needs(note) and key not in value
        )
    for key, child in value.items():
        if key in known:
            yield from _in_value(child, known[key], f"{path}.{key}")
        else:
            yield f"{path}.{key}: unknown key"


def _needs(note: Any) -> bool:
    return note is not Any and NoneType not in get_args(note)


def _in_value(value: Any, note: Any, path: str) -> Iterator[str]:
    origin = get_origin(note)
    if origin is Union:
        yield from _in_union(value, get_args(note), path)
    elif origin is Literal:
        yield from _wrong(value in get_args(note), value, f"one of {get_args(note)}", path)
    elif origin is list:
        yield from _in_items(value, get_args(note)[0], path)
    elif origin in (dict, UntypedStripeObject):
        yield from _in_map(value, get_args(note)[-1], path)
    elif origin in LISTS:
        yield from _wrong(
            isinstance(value, dict) and value.get("object") == "list", value, "a list object", path
        )
    elif isinstance(note, ForwardRef | str):
        yield from _in_reference(value, getattr(note, "__forward_arg__", note), path)
    else:
        yield from _in_plain(value, note, path)


def _in_union(value: Any, options: tuple[Any, ...], path: str) -> Iterator[str]:
    """Enumerations are written as `Union[Literal[...], str]`; a word outside the literal is still a finding."""
    literals = [option for option in options if get_origin(option) is Literal]
    if literals and isinstance(value, str):
        options = tuple(literals)
    verdicts = [list(_in_value(value, option, path)) for option in options]
    if all(verdicts):
        yield from min(verdicts, key=_distance)


def _distance(verdict: list[str]) -> tuple[bool, int]:
    """The nearest alternative is the one that at least has the right type, then the one with the fewest findings."""
    return ("is no" in verdict[0], len(verdict))


def _in_items(value: Any, note: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield from _wrong(False, value, "array", path)
        return
    for index, item in enumerate(value):
        yield from _in_value(item, note, f"{path}[{index}]")


def _in_map(value: Any, note: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield from _wrong(False, value, "map", path)
        return
    for key, item in value.items():
        yield from _in_value(item, note, f"{path}.{key}")


def _in_reference(value: Any, name: str, path: str) -> Iterator[str]:
    """Another Stripe object, written out: only which one it is, for it is judged on its own."""
    nested = value.get("object") if isinstance(value, dict) else None
    actual = OBJECT_CLASSES.get(nested, ("", ""))[1]
    yield from _wrong(actual == ALIASES.get(name, name), value, name, path)


def _in_plain(value: Any, note: Any, path: str) -> Iterator[str]:
    if note is Any or isinstance(note, TypeVar):
        return
    if note is NoneType:
        yield from _wrong(value is None, value, "null", path)
    elif note is Decimal:
        yield from _wrong(bool(re.fullmatch(r"-?\d+(\.\d+)?", str(value))), value, "decimal string", path)
    elif note in SCALARS:
        right = isinstance(value, SCALARS[note]) and (note is bool or not isinstance(value, bool))
        yield from _wrong(right, value, note.__name__, path)
    elif isinstance(value, dict):
        yield from _in_fields(value, note, path)
    else:
        yield from _wrong(False, value, note.__name__, path)


def _wrong(is_right: bool, value: Any, wanted: str, path: str) -> Iterator[str]:
    if not is_right:
        yield f"{path}: {_short(value)} is no {wanted}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
