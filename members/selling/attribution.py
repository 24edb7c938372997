"""Which letter, post or advertisement brought a reader: the utm parameters of the link that they came by."""

from collections.abc import Mapping

NAMES = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_LONGEST = 100


def attribution_of(asked: Mapping[str, str]) -> dict[str, str]:
    """What of a query string says where the reader came from; each text is cut, as a link may hold anything."""
    said = {name: asked.get(name, "").replace("\0", "").strip()[:_LONGEST] for name in NAMES}
    return {name: text for name, text in said.items() if text}
