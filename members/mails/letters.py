from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that says a few things and asks for one: what `emails/members/letter.*` render. `url` is whole."""

    subject: str
    preheader: str
    heading: str
    paragraphs: list[str]
    button: str
    url: str
    note: str = ""
