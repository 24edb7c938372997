""".env.example: names every setting that the code reads, and no other."""

import re

from tests.scripts.conftest import ROOT

# Says which file the settings are read from, so it cannot stand in that file.
NOT_IN_THE_FILE = {"ENV_FILE"}


def test_env_example_names_what_the_settings_read():
    settings = (ROOT / "config/settings.py").read_text()
    read = set(re.findall(r"""\b(?:env\.\w+|environ\.get)\(\s*"([A-Z_]+)\"""", settings))

    named = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert sorted(named) == sorted(read - NOT_IN_THE_FILE)
