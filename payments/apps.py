from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from payments import checks  # noqa: F401  system checks register on import
        from payments.checking import debts, inbox, ledger, payments, stripe_balance  # noqa: F401  so do the oracle's
        from payments.reports.journal import writing  # noqa: F401  and the reports
