from datetime import date

import pytest

from members.enums import ImportFormat, Origin
from members.importing.formats import CellTrouble, format_named, format_of
from members.importing.table import header_of, lines_of, text_of
from tests.support import exports


def read(raw):
    text = text_of(raw)
    found = format_of(header_of(text))
    return [found.read(line.cells) for line in lines_of(text)]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (exports.GHOST, ImportFormat.GHOST),
        (f"{exports.GHOST},gift_id", ImportFormat.GHOST),
        (exports.GHOST.replace("tiers", "products"), ImportFormat.GHOST),
        (exports.PATREON, ImportFormat.PATREON),
        ("Name,Email,Twitter,Patron Status,Lifetime Amount,Pledge Amount,Tier,User ID", ImportFormat.PATREON),
        (exports.GROUNDSWELL, ImportFormat.GROUNDSWELL),
        ("email,name", None),
    ],
)
def test_export_is_known_by_its_header(header, found):
    known = format_of(header_of(header))
    assert (known and known.name) == found


def facts(wanted):
    return (wanted.email, wanted.origin, wanted.tier_name, wanted.ends_on, wanted.customer_id)


def test_ghost_tells_who_is_given_and_who_is_charged_by_stripe():
    rows = read(
        exports.ghost(
            {"id": "1", "email": "Ada@X.io", "complimentary_plan": "true", "tiers": "Gold"},
            {"id": "2", "email": "bo@x.io", "stripe_customer_id": "cus_1", "tiers": "Gold"},
            {"id": "3", "email": "cy@x.io"},
            {"id": "4", "email": "di@x.io", "deleted_at": "2025-01-01T00:00:00.000Z"},
            {"id": "5", "email": "ed@x.io", "tiers": "Gold"},
        )
    )
    assert [facts(row) for row in rows] == [
        ("ada@x.io", Origin.COMP, "Gold", None, ""),
        ("bo@x.io", None, "Gold", None, "cus_1"),
        ("cy@x.io", None, "", None, ""),
        ("di@x.io", None, "", None, ""),
        ("ed@x.io", Origin.IMPORT, "Gold", None, ""),
    ]
    assert [bool(row.skipped) for row in rows] == [False, False, False, True, False]
    assert rows[0].starts_on == date(2024, 1, 15)
    assert rows[0].person == "1"


def patron(**how):
    (found,) = read(exports.patreon({"Email": "ada@x.io", "User ID": "77"} | how))
    return (found.origin, found.ends_on)


def test_patreon_tells_until_when_was_paid():
    paid = {"Last Charge Date": "2026-01-31 10:00:00", "Last Charge Status": "Paid"}
    assert patron(**{"Next Charge Date": "2026-09-11 00:00:00"}) == (Origin.IMPORT, date(2026, 9, 11))
    assert patron(**{"Access Expiration": "2026-09-01", "Next Charge Date": "2026-09-11"}) == (
        Origin.IMPORT,
        date(2026, 9, 1),
    )
    assert patron(**paid) == (Origin.IMPORT, date(2026, 2, 28))
    assert patron(**paid, **{"Charge Frequency": "annual"}) == (Origin.IMPORT, date(2027, 1, 31))
    assert patron(**paid | {"Last Charge Status": "Declined"}) == (Origin.IMPORT, None)
    assert patron(**{"Free Trial": "Yes"}) == (Origin.COMP, None)
    assert patron(**{"Free Member": "Yes"})[0] is None
    assert patron(**paid, **{"Patron Status": "Former patron"})[0] is None
    assert patron(**{"Patron Status": "Declined patron", "Access Expiration": "2026-09-01"}) == (
        Origin.IMPORT,
        date(2026, 9, 1),
    )
    assert patron(**{"Patron Status": ""})[0] is None


@pytest.mark.parametrize(
    ("told", "origin"),
    [
        ("paid", "import"),
        ("gift", "import"),
        ("import", "import"),
        ("comp", "comp"),
        ("trial", "comp"),
        ("", None),
    ],
)
def test_our_own_export_tells_what_was_paid_for_elsewhere(told, origin):
    row = {
        "email": "ada@x.io",
        "tier": "gold",
        "origin": told,
        "starts_on": "2026-01-01",
        "ends_on": "2027-01-01",
    }
    (found,) = read(exports.groundswell(row))
    assert (found.origin, found.starts_on, found.ends_on) == (origin, date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("name", "row", "column"),
    [
        ("ghost", {"email": "ada"}, "email"),
        ("ghost", {"email": "a" * 250 + "@x.io"}, "email"),
        ("ghost", {"complimentary_plan": "perhaps"}, "complimentary_plan"),
        ("ghost", {"stripe_customer_id": "sub_1"}, "stripe_customer_id"),
        ("ghost", {"created_at": "03/04/2024"}, "created_at"),
        ("ghost", {"created_at": "yesterday"}, "created_at"),
        ("ghost", {"created_at": "0024-01-01"}, "created_at"),
        ("patreon", {"Patron Status": "Pirate"}, "patron status"),
        ("patreon", {"Next Charge Date": "31.02.2026"}, "next charge date"),
        ("groundswell", {"origin": "stolen"}, "origin"),
        ("groundswell", {"origin": "comp"}, "ends_on"),
        ("groundswell", {"campaign": "a b"}, "campaign"),
    ],
)
def test_cell_that_says_nothing_is_told_by_its_column(name, row, column):
    email = "Email" if name == "patreon" else "email"
    with pytest.raises(CellTrouble) as trouble:
        read(getattr(exports, name)({email: "ada@x.io"} | row))
    assert trouble.value.column == column


@pytest.mark.parametrize(
    "text", ["2024-04-03", "3.4.2024", "03.04.2024", "2024-04-03 10:00:00.123", "2024-04-03T10:00:00Z"]
)
def test_days_are_read_as_exports_write_them(text):
    (found,) = read(exports.ghost({"email": "ada@x.io", "created_at": text}))
    assert found.starts_on == date(2024, 4, 3)


def test_formats_are_found_by_name():
    assert {format_named(each).name for each in ImportFormat} == set(ImportFormat)
