import pytest

from members.enums import MailKind
from members.mails.registry import mail


def test_second_contents_for_a_kind_are_a_mistake():
    with pytest.raises(RuntimeError, match="welcome has contents already: welcome"):
        mail(MailKind.WELCOME, why="", sample=lambda cast: {})(lambda reference: {})
