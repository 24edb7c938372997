from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from members import fulfilment, restoring  # noqa: F401  register what payments deliver and make again
