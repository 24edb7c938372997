"""What the documents promise is there."""

import re
from pathlib import Path

from payments import events

ROOT = Path(__file__).resolve().parents[1]


def read(name):
    return (ROOT / name).read_text()


def test_operators_are_told_every_event_that_we_act_on():
    named = set(re.findall(r"`([a-z_.]+)`", read("docs/operations.md")))
    assert set(events.TYPES) - named == set()


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    texts = "".join(read(name) for name in ("README.md", "CONTRIBUTING.md", "docs/operations.md"))
    assert set(re.findall(r"(?:^|`|[A-Z]+=\d+ )make ([a-z-]+)", texts, re.MULTILINE)) - targets == set()


def test_every_file_that_is_named_exists():
    texts = "".join(read(name) for name in ("README.md", "CONTRIBUTING.md"))
    named = [".env.example", *re.findall(r"`((?:docs|sandbox|payments|tests)/[\w./-]+)`", texts)]
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_picture_in_the_readme_is_there():
    assert [
        path for path in re.findall(r"\]\((docs/[^)]+)\)", read("README.md")) if not (ROOT / path).exists()
    ] == []
