from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        # Each registers on import: what payments deliver, what is made again, and what the oracle asks.
        from members import book_checks, fulfilment, restoring  # noqa: F401
