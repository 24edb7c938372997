from payments.enums import Account
from payments.reports.journal.accounts import NAMES


def test_each_account_has_one_name_and_no_other_has_it():
    assert set(NAMES) == set(Account)
    assert len(set(NAMES.values())) == len(Account)
