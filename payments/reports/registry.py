from collections.abc import Callable, Iterable

from payments.reports.period import Period

Writer = Callable[[Period], Iterable[bytes]]
"""Gives the file in pieces, so that a long one never lies in memory whole."""
_writers: dict[str, dict[str, Writer]] = {}


def report(name: str, *, format: str) -> Callable[[Writer], Writer]:  # noqa: A002  as the option is called
    """Registers what writes the report in the format."""

    def register(writer: Writer) -> Writer:
        _writers.setdefault(name, {})[format] = writer
        return writer

    return register


def writers_of(name: str) -> dict[str, Writer]:
    """The report's writers by format, the usual one first. Raises KeyError."""
    return _writers[name]


def names() -> list[str]:
    """All reports there are."""
    return sorted(_writers)
