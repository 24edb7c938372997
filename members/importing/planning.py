"""What a file would do, line by line, against what is there. Writes nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import TypeVar
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.enums import LineOutcome
from members.importing.formats import CellTrouble, Wanted, format_named
from members.importing.table import Line, Problem, lines_of
from members.models import ImportedCustomer, MemberImport, Membership, MembershipChange, Tier, User
from payments.models import Customer

NO_MEMBERSHIP = 0
"""What a tier of the file's may be mapped to, beside a tier of ours."""
_CHUNK = 1000

T = TypeVar("T")


@dataclass(slots=True)
class Step:
    """What one line would do. `key`: of the change that it would write, once for a person, source, tier and period."""

    line: int
    wanted: Wanted
    outcome: LineOutcome
    key: str = ""
    tier: Tier | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    is_new_person: bool = False


@dataclass(slots=True)
class Outlook:
    """`tier_names`: those of the file, with how many lines name each; `unmapped`: those not decided about."""

    steps: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    tier_names: Counter[str] = field(default_factory=Counter)
    unmapped: list[str] = field(default_factory=list)

    @property
    def is_fit(self) -> bool:
        """It may be brought over as it is."""
        return bool(self.steps) and not self.problems and not self.unmapped

    def counts(self) -> dict[str, int]:
        """How many lines come to what; `people`: accounts that would be made; `customers`: to read at Stripe."""
        tally = Counter(str(step.outcome) for step in self.steps)
        new = {step.wanted.email for step in self.steps if step.is_new_person}
        customers = {step.wanted.customer_id for step in self.steps if _is_to_read(step)}
        return dict(tally) | {"people": len(new), "customers": len(customers)}


def plan(member_import: MemberImport) -> Outlook:
    """What would happen now; everything that is wrong with the file is among the problems."""
    outlook, tiers = Outlook(), Tier.objects.in_bulk()
    read = format_named(member_import.format).read
    for line in lines_of(member_import.content):
        try:
            if isinstance(line, Problem):
                outlook.problems.append(line)
            else:
                outlook.steps.append(_step(line, read(line.cells), member_import, outlook, tiers))
        except CellTrouble as trouble:
            cell = line.cells.get(trouble.column, "") if isinstance(line, Line) else ""
            outlook.problems.append(Problem(line.number, str(trouble), trouble.column, cell[:100]))  # type: ignore[union-attr]
    outlook.unmapped = [name for name in outlook.tier_names if name not in member_import.tiers]
    _mark_repeated(outlook.steps)
    _mark_known(outlook.steps)
    outlook.problems += _customers_of_two(outlook.steps)
    outlook.problems.sort(key=lambda problem: problem.line)
    return outlook


def _step(
    line: Line, wanted: Wanted, member_import: MemberImport, outlook: Outlook, tiers: dict[int, Tier]
) -> Step:
    if wanted.skipped:
        return Step(line.number, wanted, LineOutcome.SKIPPED)
    if wanted.origin is None:
        return Step(line.number, wanted, LineOutcome.READER)
    outlook.tier_names[wanted.tier_name] += 1
    chosen = member_import.tiers.get(wanted.tier_name)
    if chosen == NO_MEMBERSHIP:
        return Step(line.number, wanted, LineOutcome.READER)
    starts_on = wanted.starts_on or timezone.localdate(member_import.created_at)
    ends_on = wanted.ends_on or member_import.ends_on
    if ends_on <= starts_on:
        days = {"start": date_format(starts_on), "end": date_format(ends_on)}
        raise CellTrouble("", _("It would begin on %(start)s and end on %(end)s.") % days)
    return Step(
        line.number,
        wanted,
        LineOutcome.MEMBER,
        key=_key(member_import.format, wanted),
        tier=tiers.get(chosen) if chosen else None,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def _key(source: str, wanted: Wanted) -> str:
    """Of what the file says alone: another day, or another default for the end, is the same again."""
    facts = (source, wanted.person, wanted.tier_name, wanted.starts_on or "", wanted.ends_on or "")
    return f"import:{uuid5(NAMESPACE_URL, chr(31).join(map(str, facts)))}"


def _mark_repeated(steps: list[Step]) -> None:
    seen: set[str] = set()
    for step in steps:
        if step.key in seen:
            step.outcome = LineOutcome.THERE
        seen |= {step.key} if step.key else set()


def _mark_known(steps: list[Step]) -> None:
    """Whoever has an account, and whatever was brought over before or is there by other ways."""
    for chunk in _chunks(steps):
        emails = {step.wanted.email for step in chunk}
        users = dict(User.objects.filter(email__in=emails).values_list("email", "pk"))
        keys = {step.key for step in chunk if step.key}
        brought = set(MembershipChange.objects.filter(key__in=keys).values_list("key", flat=True))
        there = set(
            Membership.objects.filter(user__in=users.values()).values_list(
                "user__email", "tier", "starts_on", "ends_on"
            )
        )
        for step in chunk:
            step.is_new_person = step.wanted.email not in users and step.outcome != LineOutcome.SKIPPED
            same = (step.wanted.email, step.tier and step.tier.pk, step.starts_on, step.ends_on)
            if step.outcome == LineOutcome.MEMBER and (step.key in brought or same in there):
                step.outcome = LineOutcome.THERE


def _customers_of_two(steps: list[Step]) -> Iterator[Problem]:
    """A Stripe customer is one person's: what Stripe charges must not become another's membership."""
    owners: dict[str, str] = {}
    for chunk in _chunks([step for step in steps if _is_to_read(step)]):
        ids = {step.wanted.customer_id for step in chunk}
        for model in (Customer, ImportedCustomer):
            known = model._base_manager.filter(stripe_id__in=ids, user__isnull=False)
            owners |= dict(known.values_list("stripe_id", "user__email"))
        for step in chunk:
            owner = owners.setdefault(step.wanted.customer_id, step.wanted.email)
            if owner != step.wanted.email:
                words = _("This Stripe customer belongs to %s.") % owner
                yield Problem(step.line, words, "stripe_customer_id", step.wanted.customer_id)


def _is_to_read(step: Step) -> bool:
    return bool(step.wanted.customer_id) and step.outcome != LineOutcome.SKIPPED


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
