"""requirements/*.txt: what pyproject.toml asks for is locked, with hashes, and the sets agree."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.scripts.conftest import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def locked(name):
    """The lock's pins: {package: (version, number of hashes)}."""
    entries = re.split(r"\n(?=\S)", (ROOT / f"requirements/{name}.txt").read_text().strip())
    pins = {}
    for entry in entries:
        requirement, _, version = entry.split()[0].partition("==")
        pins[canonicalize_name(requirement.split("[")[0])] = (version, entry.count("--hash=sha256:"))
    return pins


def asked(group):
    """The group's requirements, those of the groups it includes and the platform's own."""
    found = list(PYPROJECT["project"]["dependencies"])
    for item in PYPROJECT["dependency-groups"][group]:
        found += [item] if isinstance(item, str) else asked(item["include-group"])
    return found


@pytest.mark.parametrize("name", ["demo", "dev"])
def test_lock_satisfies_every_direct_dependency(name):
    pins = locked(name)
    unmet = [
        text
        for text in asked(name)
        if not (requirement := Requirement(text)).specifier.contains(
            pins.get(canonicalize_name(requirement.name), ("0", 0))[0]
        )
    ]
    assert unmet == []


@pytest.mark.parametrize("name", ["demo", "dev"])
def test_lock_has_a_hash_for_every_package(name):
    assert [package for package, (_, hashes) in locked(name).items() if not hashes] == []


def test_lock_of_the_demo_is_part_of_the_development_lock():
    development = locked("dev")
    assert {package: pin for package, pin in locked("demo").items() if development.get(package) != pin} == {}


def test_lock_names_no_package_index():
    for file in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in file.read_text()
