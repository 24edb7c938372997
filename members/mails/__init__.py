"""What we write to people, a function for each kind of mail: `docs/mails.md`. `members/outbox/mailing.py` sends it."""

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Registers every mail: imports each module of this room."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
