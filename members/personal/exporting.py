"""A file with all that we hold about a person: JSON for machines, a page for people. Written while it is sent."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Model
from django.template.loader import render_to_string
from django.utils import timezone

from members.personal.holdings import HOLDINGS, Holding, Person
from payments.composing import newsroom_context

_BATCH = 500


def export(person: Person) -> Iterator[bytes]:
    """The ZIP in pieces: one JSON file for each kind of row, and `everything.html` to read."""
    buffer = _Buffer()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for holding in HOLDINGS:
            _write_json(archive, holding, person)
            yield buffer.taken()
        with archive.open("everything.html", "w") as page:
            for piece in _pages(person):
                page.write(piece.encode())
                yield buffer.taken()
    yield buffer.taken()


def rows_of(holding: Holding, person: Person) -> Iterator[dict[str, Any]]:
    """Each row as names and values, without what is a key and not a fact."""
    for row in holding.rows(person).iterator(_BATCH):
        yield _facts(row, holding)


def _facts(row: Model, holding: Holding) -> dict[str, Any]:
    fields = [each for each in row._meta.concrete_fields if each.name not in holding.hidden]
    return {each.name: each.value_from_object(row) for each in fields if not isinstance(each, BinaryField)}


def _write_json(archive: zipfile.ZipFile, holding: Holding, person: Person) -> None:
    with archive.open(f"{holding.name}.json", "w") as file:
        file.write(b"[")
        for number, row in enumerate(rows_of(holding, person)):
            words = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
            file.write((",\n" if number else "\n").encode() + words.encode())
        file.write(b"\n]\n")


def _pages(person: Person) -> Iterator[str]:
    context = newsroom_context() | {"person": person, "now": timezone.now()}
    yield render_to_string("members/personal/head.html", context)
    for holding in HOLDINGS:
        rows = [list(row.items()) for row in rows_of(holding, person)]
        if rows:
            yield render_to_string("members/personal/part.html", {"title": holding.title, "rows": rows})
    yield "</main></body></html>\n"


class _Buffer(io.RawIOBase):
    """Where the archive is written to; what has been taken is forgotten."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
