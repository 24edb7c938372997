"""Cells that a spreadsheet shows and does not run."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator

_RUNS = "=+-@"
_BREAKS = "\t\r\n"
_MARK = "'"


def safe(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet could take it for a formula."""
    return _MARK + text if _is_risky(text) else text


def plain(cell: str) -> str:
    """The text that `safe` made the cell of."""
    return cell[1:] if cell.startswith(_MARK) and _is_risky(cell[1:]) else cell


def csv_of(rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """The rows as CSV in UTF-8, one after the other and every cell safe; memory stays flat."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([safe(text) for text in row])


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> bytes:
        return text.encode()


def _is_risky(text: str) -> bool:
    """Spreadsheets trim what is invisible, and some take a wide "＝" for the sign; apostrophes may be stacked."""
    bare = text.lstrip(_MARK)
    if bare.startswith(tuple(_BREAKS)):
        return True
    seen = (each for each in unicodedata.normalize("NFKC", bare) if not _is_invisible(each))
    return next(seen, "") in tuple(_RUNS)


def _is_invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")
