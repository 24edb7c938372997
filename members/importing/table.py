"""A file's bytes as lines of named cells, whoever saved it."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from payments.reports.cells import plain

LARGEST = 10 * 1024 * 1024
"""Bytes."""
_DELIMITERS = ",;\t"
_LONGEST_CELL = 100_000


class Unreadable(ValueError):
    """The file is no table. Says why in words for people."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a line, and the words of the cell."""

    line: int
    words: str
    column: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Cells by the header's names in lower case, without outer spaces."""

    number: int
    cells: dict[str, str]


def text_of(raw: bytes) -> str:
    """What the bytes say: UTF-8 with or without its mark, UTF-16 with one, else Windows-1252. Raises Unreadable."""
    if len(raw) > LARGEST:
        raise Unreadable(_("The file is larger than %d MB.") % (LARGEST // 1024**2))
    is_wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if is_wide else ["utf-8-sig", "cp1252"]:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable(_("The file is no text. Export it as CSV, in UTF-8."))


def header_of(text: str) -> list[str]:
    """The first line's names, in lower case."""
    try:
        names = next(_rows(text), (0, []))[1]
    except csv.Error:
        names = []
    return [name.strip().lower() for name in names]


def lines_of(text: str) -> Iterator[Line | Problem]:
    """The lines after the header. Empty ones are none; broken ones are problems."""
    header, reached = header_of(text), 1
    try:
        for begins, row in _rows(text):
            reached = begins + sum(cell.count("\n") for cell in row) + 1
            if begins > 1 and any(cell.strip() for cell in row):
                yield _line(begins, row, header)
    except csv.Error as error:
        words = _("From here on the file cannot be read, perhaps for a quote that is not closed (%s).")
        yield Problem(reached, words % error)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of the line that it begins in."""
    first = text.split("\n", 1)[0]
    # What divides the header's names: the one of which there are most.
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    for row in reader:
        yield begins, row
        begins = reader.line_num + 1


def _line(number: int, row: list[str], header: list[str]) -> Line | Problem:
    surplus = [cell for cell in row[len(header) :] if cell.strip()]
    if surplus or len(row) < len(header):
        words = _("The line has %(cells)d cells, and the header %(names)d names.")
        return Problem(number, words % {"cells": len(row), "names": len(header)}, cell=" · ".join(row)[:100])
    cells = dict(zip(header, (plain(cell).strip() for cell in row), strict=False))
    return Line(number, cells)
