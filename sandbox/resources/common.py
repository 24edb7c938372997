"""What most families have in common: retrieve one, list many, change plain fields."""

from collections.abc import Iterable

from sandbox.lists import Test, page
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work


def readable(kind: str, path: str, item: str, *, columns: dict[str, str] | None = None) -> None:
    """Serve `GET path` as a list and `GET path/{item}` as one object."""

    @serves(f"GET {path}")
    def list_them(work: Work, params: Json) -> Json:
        return page(work, kind, params, url=path, columns=columns)

    retrievable(kind, path, item)


def retrievable(kind: str, path: str, item: str) -> None:
    """Serve `GET path/{item}`."""

    @serves(f"GET {path}/{{{item}}}")
    def retrieve(work: Work, params: Json, identifier: str) -> Json:
        return work.get(kind, identifier, param=item)


def besides_clocks(params: Json, *names: str) -> list[Test]:
    """What lives by a test clock is listed only to those who ask for that clock, or by one of these names."""
    is_asked_for = any(params.get(name) for name in ("test_clock", *names))
    return [] if is_asked_for else [("clock = ''", [])]


def merged(metadata: Json | None, change: Json | None) -> Json:
    """Merge metadata as Stripe does: an empty value removes its key, an empty whole removes everything."""
    if change is None:
        return {}
    both = (metadata or {}) | change
    return {key: value for key, value in both.items() if value is not None}


def apply(work: Work, thing: Json, params: Json, names: Iterable[str]) -> Json:
    """Set the given fields of an object, metadata merged; return what they were before, if they changed."""
    previous: Json = {}
    for name in names:
        if name not in params:
            continue
        value = merged(thing["metadata"], params[name]) if name == "metadata" else params[name]
        if thing.get(name) != value:
            previous[name] = thing.get(name)
            thing[name] = value
    work.save(thing)
    return previous


def picked(params: Json, names: Iterable[str]) -> Json:
    """Return the given ones among the named parameters."""
    return {name: params[name] for name in names if params.get(name) is not None}
