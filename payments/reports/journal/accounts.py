"""What the ledger's accounts are called outside. Names stay: other people's files build on them."""

from payments.enums import Account

NAMES = {
    Account.STRIPE_BALANCE: "Assets:Stripe:Balance",
    Account.DISPUTES: "Assets:Stripe:Disputes",
    Account.BANK_CLEARING: "Assets:Bank:Clearing",
    Account.STRIPE_FEES: "Expenses:Stripe:Fees",
    Account.DEFERRED_MEMBERSHIP: "Liabilities:Deferred:Membership",
    Account.GIFT_LIABILITY: "Liabilities:Deferred:Gifts",
    Account.TAX: "Liabilities:Tax",
    Account.SUSPENSE: "Liabilities:Suspense",
    Account.MEMBERSHIP_REVENUE: "Income:Membership",
    Account.DONATION_REVENUE: "Income:Donations",
    Account.FX_CLEARING: "Equity:Exchange:Clearing",
}
