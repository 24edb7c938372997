"""Cells that no spreadsheet takes for a formula."""

_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe(text: str) -> str:
    """The text, behind an apostrophe where a spreadsheet would compute it. For words alone: numbers stay numbers."""
    return f"'{text}" if text.startswith(_STARTS) else text
