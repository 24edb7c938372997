"""Which function says what is in a mail: exactly one for each kind.

The outbox knows this alone. It must not import what the mails are about, for that owes mails.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from members.enums import MailKind
from members.mails.cast import Cast

Context = dict[str, Any]
Contents = Callable[[str], Context | None]
"""From the mail's reference to its templates' context; None: what it would tell is no longer true."""
Sample = Callable[[Cast], Context]
"""A context like it, made up and without the database, for people who look at the mail before anybody gets it."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A kind of mail, with the last line of each: why its reader gets it."""

    kind: MailKind
    why: str | Promise
    contents: Contents
    sample: Sample

    @property
    def template(self) -> str:
        """What its templates' names begin with."""
        return f"emails/members/{self.kind}"


_mails: dict[MailKind, Mail] = {}


def mail(kind: MailKind, *, why: str | Promise, sample: Sample) -> Callable[[Contents], Contents]:
    """Registers the function as the mail's contents. A second one is a programming error."""

    def register(contents: Contents) -> Contents:
        if kind in _mails:
            raise RuntimeError(f"{kind} has contents already: {_mails[kind].contents.__qualname__}")
        _mails[kind] = Mail(kind=kind, why=why, contents=contents, sample=sample)
        return contents

    return register


def mail_of(kind: MailKind) -> Mail:
    return _mails[kind]


def mails() -> list[Mail]:
    """Every mail, in the order of the kinds."""
    return [_mails[kind] for kind in MailKind if kind in _mails]


def mails_without_contents() -> list[MailKind]:
    """Kinds that nothing can be sent of."""
    return [kind for kind in MailKind if kind not in _mails]
