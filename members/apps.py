from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        # Each registers on import: what payments deliver, what is made again, what the oracle asks, what is checked.
        from members import book_checks, checks, fulfilment, mails, restoring  # noqa: F401
        from members.outbox import bouncing  # noqa: F401

        mails.load()

        from members.roles import make_roles

        # Permissions come to be after the migrations, so no migration can hand them out.
        post_migrate.connect(make_roles, sender=self)
