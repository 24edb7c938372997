import gzip
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "static" / "js"


def gzipped(name):
    return len(gzip.compress((SCRIPTS / name).read_bytes(), 9))


def test_component_with_its_styles_stays_small():
    assert gzipped("embed.js") <= 5_000


@pytest.mark.parametrize("name", ["banner.js", "copy.js", "live.js", "thanks.js"])
def test_module_of_a_page_stays_tiny(name):
    assert gzipped(name) <= 1_000


@pytest.mark.parametrize("word", ["import ", "cookie =", "localStorage", "innerHTML", "eval("])
def test_component_does_without(word):
    assert word not in (SCRIPTS / "embed.js").read_text()
