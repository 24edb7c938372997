"""The files that `docs/importing.md` shows are files that can be brought over."""

import re
from datetime import date

import pytest
from django.conf import settings

from members.importing.running import run_import, start_import
from members.models import Membership, User
from tests.factories.members import TierFactory

pytestmark = pytest.mark.django_db

_FILES = re.findall(r"```csv\n(.*?)```", (settings.BASE_DIR / "docs/importing.md").read_text(), re.DOTALL)
ADA, BO = "ada@example.org", "bo@example.org"


@pytest.mark.parametrize(
    ("number", "people", "memberships"),
    [
        (0, 3, [(ADA, "comp", date(2099, 1, 1))]),
        (1, 2, [(ADA, "import", date(2026, 12, 10))]),
        (2, 3, [(ADA, "import", date(2026, 12, 10)), (BO, "comp", date(2027, 1, 1))]),
    ],
)
def test_example_comes_over(number, people, memberships):
    TierFactory(slug="gold", name="Gold")
    made = start_import(
        raw=_FILES[number].encode(), file_name="example.csv", actor=None, ends_on=date(2099, 1, 1)
    )
    run_import(made, actor=None)
    found = Membership.objects.order_by("user__email").values_list("user__email", "origin", "ends_on")
    assert (User.objects.count(), list(found)) == (people, memberships)
