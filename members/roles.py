"""Who of the staff may do what, where a newsroom has not decided otherwise."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

SUPPORT = "Support"
_MAY = [
    *(
        "view_user",
        "view_membership",
        "view_membershipchange",
        "view_gift",
        "view_signup",
        "view_contribution",
        "change_contribution",
    ),
    *("add_membership", "change_membership"),
]
"""Support see what a reader has and gave, grant memberships, change when those end, and stop mails of dedications."""


def make_roles(*, sender: AppConfig, using: str, **signal: Any) -> None:
    """The group for support, once: what a newsroom made of it stays. Runs after each `migrate`."""
    group, is_new = Group.objects.using(using).get_or_create(name=SUPPORT)
    if is_new:
        # Django makes them after the migrations too, and maybe after us.
        create_permissions(sender, verbosity=0, using=using)
        ours = Permission.objects.using(using).filter(content_type__app_label=sender.label)
        group.permissions.set(ours.filter(codename__in=_MAY))
