"""Who plays in sample mails: people and things that are nowhere stored."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from members.models import Tier
from payments.money import Money


@dataclass(frozen=True, slots=True)
class Cast:
    reader: str
    friend: str
    email: str
    message: str
    """What a giver writes to a friend."""
    tier: Tier
    money: Money
    today: date

    @property
    def now(self) -> datetime:
        """Noon of the day, UTC."""
        return datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)


USUAL = Cast(
    reader="Ada Reader",
    friend="Bo Nilsson",
    email="ada@example.org",
    message="Happy birthday! A year of good reading.",
    tier=Tier(slug="sample", name="Lantern member"),
    money=Money(1000, "EUR"),
    today=date(2027, 3, 1),
)
LONG = Cast(
    reader="Maximiliane Freifrau von Hohenlohe-Waldenburg-Schillingsfürst & Söhne <GmbH>",
    friend="Ἀριστοτέλης Παπαδιαμαντόπουλος-Χατζηκωνσταντίνου ‘the Younger’s’",
    email="a.reader.with.a.very.long.address.indeed@correspondence.subscriptions.example.org",
    message="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft. " * 6,
    tier=Tier(slug="sample", name="Founding Benefactor & Friend of the Investigations Desk <Circle>"),
    money=Money(123_456_789_00, "EUR"),
    today=date(2027, 9, 30),
)
"""The same with whatever is hard on a page: long, not ours to break, and full of marks."""
