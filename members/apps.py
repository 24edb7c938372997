from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        # Each registers on import: what payments deliver, what is made again, what the oracle asks, what is checked.
        from members import book_checks, checks, fulfilment, mails, restoring  # noqa: F401

        mails.load()
