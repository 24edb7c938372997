import re
from uuid import UUID, uuid4

import pytest
from django.db import connection

from members.gifts.gift_links import hash_of, token_for, url_for
from members.gifts.gifting import find_gift
from tests.support.stories import give

REFERENCE = UUID("12345678-1234-5678-1234-567812345678")


def test_token_is_made_of_the_reference_and_our_secret(settings):
    token = token_for(REFERENCE)
    assert token_for(UUID(REFERENCE.hex)) == token
    assert token_for(uuid4()) != token
    settings.SECRET_KEY = "another secret of the site, long enough for anybody"
    assert token_for(REFERENCE) != token


def test_token_is_long_and_fits_into_a_link():
    assert re.fullmatch(r"[A-Za-z0-9_-]{24}", token_for(REFERENCE))
    assert REFERENCE.hex not in token_for(REFERENCE)


def test_link_leads_to_the_redeem_page(settings):
    settings.SITE_URL = "https://news.example"
    assert url_for(REFERENCE) == f"https://news.example/redeem/{token_for(REFERENCE)}/"


@pytest.mark.django_db
def test_database_holds_only_the_hash():
    gift = give("ada@example.org")
    token = token_for(gift.reference)
    assert gift.token_hash == hash_of(token)
    with connection.cursor() as cursor:
        tables = [table for table in connection.introspection.table_names() if "django" not in table]
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            assert token not in repr(cursor.fetchall())
    assert find_gift(token) == gift
    assert find_gift(hash_of(token)) is None
