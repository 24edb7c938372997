from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from members import fulfilment  # noqa: F401  registers what payments deliver
