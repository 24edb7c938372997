"""Readers who do not exist: the same ones each time."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet
from django.utils import timezone

from members.enums import Origin
from members.models import Membership, Tier, User
from members.roles import SUPPORT

_FIRST = (
    "Ada Aisha Alba Amos Anouk Bela Bruno Carmen Chidi Clara Dario Edith Elif Emil Esther Farid Freya Greta Hana "
    "Hugo Ines Ivo Jana Joao Kaya Lea Lev Lucia Malik Mara Milan Nadia Nils Olena Oscar Petra Quentin Rosa Samir "
    "Sofia Taras Thea Umar Vera Wanda Xenia Yusuf Zoe"
).split()
_LAST = (
    "Abreu Adeyemi Almeida Bauer Bianchi Bondar Carvalho Costa Dahl Dias Eriksen Fischer Fontaine Garcia Haddad "
    "Hoffmann Ivanov Jensen Kaya Kowalski Lindqvist Marques Melnyk Moreau Novak Okafor Pereira Petrenko Quinn "
    "Ribeiro Rossi Santos Schmidt Silva Sousa Tanaka Teixeira Ueda Vogel Weber Yilmaz Zielinska"
).split()
_BATCH = 2000
_MAY_LOOK = Q(codename__startswith="view_")
_MAY_DO = ["change_alarm", "change_stripeevent", "change_refundproposal"]
"""What finance do: settle alarms, replay events, keep money that was to go back."""


def names(purpose: str, count: int) -> Iterator[tuple[str, str]]:
    """`count` people as (name, address): the same for the same purpose."""
    chooser = random.Random(purpose)
    for number in range(count):
        first, last = chooser.choice(_FIRST), chooser.choice(_LAST)
        yield f"{first} {last}", f"{first}.{last}.{purpose}{number}@example.net".lower()


def seed_supporters(count: int) -> None:
    """Members brought over from the newsroom's old system: paying, and not new."""
    tier = Tier.objects.order_by("position").first()
    if tier is None:
        raise RuntimeError("seed the catalogue first")
    addresses = [address for _, address in names("m", count)]
    User.objects.bulk_create(
        (User(email=address, password="!") for address in addresses),
        ignore_conflicts=True,
        batch_size=_BATCH,
    )
    bare = User.objects.filter(email__in=addresses) if count < _BATCH else User.objects.all()
    wanted = set(addresses)
    bare = bare.filter(memberships__isnull=True).order_by("pk")
    Membership.objects.bulk_create(
        (_brought_over(user, tier) for user in bare if user.email in wanted), batch_size=_BATCH
    )


def _brought_over(user: User, tier: Tier) -> Membership:
    chooser = random.Random(user.email)
    starts_on = timezone.localdate() - timedelta(days=chooser.randint(60, 1500))
    return Membership(
        user=user,
        tier=tier,
        origin=Origin.IMPORT,
        starts_on=starts_on,
        ends_on=timezone.localdate() + timedelta(days=chooser.randint(20, 350)),
        granted_at=_noon(starts_on),
    )


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def seed_accounts() -> None:
    """The four to sign in as; each gets a code by mail, as everybody does."""
    reader = User.objects.for_email("reader@example.org")
    tier = Tier.objects.order_by("position").first()
    if tier and not reader.memberships.exists():
        _brought_over(reader, tier).save()
    everything = Permission.objects.filter(content_type__app_label__in=["campaigns", "members"])
    _staff("staff@example.org", "Staff", everything)
    money = Permission.objects.filter(content_type__app_label="payments")
    _staff("finance@example.org", "Finance", money.filter(_MAY_LOOK | Q(codename__in=_MAY_DO)))
    _staff("support@example.org", SUPPORT)


def _staff(email: str, role: str, permissions: QuerySet[Permission] | None = None) -> None:
    """Without permissions: the role is there already."""
    user = User.objects.for_email(email)
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    group, _ = Group.objects.get_or_create(name=role)
    if permissions is not None:
        group.permissions.set(permissions)
    user.groups.add(group)
