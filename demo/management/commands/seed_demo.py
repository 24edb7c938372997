from typing import Any
from urllib.error import URLError

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns.models import Campaign
from campaigns.progress import measure
from demo.seeding.campaign import seed_campaign
from demo.seeding.catalogue import seed_catalogue, seed_newsletters
from demo.seeding.comps import seed_comps
from demo.seeding.donations import seed_donations
from demo.seeding.history import seed_history
from demo.seeding.people import seed_accounts, seed_supporters
from payments.gateway.facts import GatewayError
from payments.silence import silence


class Command(BaseCommand):
    help = "Fills the database with a believable newsroom in the middle of its campaign. Run again, it adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--supporters", type=int, default=11_381, help="members brought over")
        parser.add_argument("--joins", type=int, default=590, help="new members of the campaign who pay")
        parser.add_argument("--gifts", type=int, default=34, help="gifts bought")
        parser.add_argument("--redeemed", type=int, default=22, help="gifts redeemed by somebody new")
        parser.add_argument(
            "--donations", type=int, default=28, help="donations by people who are not members"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        seed_catalogue()
        seed_newsletters()
        campaign = seed_campaign()
        seed_accounts()
        with silence():
            seed_comps()
        seed_supporters(options["supporters"])
        if settings.STRIPE_API_BASE == settings.STRIPE_LIVE_API_BASE:
            self.stdout.write("No sandbox: the campaign begins at 0, because its history is played there.")
        else:
            self._play(campaign, options)
        progress = measure(campaign)
        self.stdout.write(f"{campaign.title}: {progress.label}, {progress.supporters:,} supporters")

    def _play(self, campaign: Campaign, options: dict[str, Any]) -> None:
        counts = {name: options[name] for name in ("joins", "gifts", "redeemed")}
        try:
            seed_history(campaign, **counts, progress=self._tell)
            seed_donations(campaign, options["donations"], progress=self._tell)
        except (URLError, GatewayError) as error:
            raise CommandError(
                f"The Stripe sandbox at {settings.STRIPE_API_BASE} does not answer ({error}). "
                "Start it (`make demo` does), then run this again: what is seeded stays."
            ) from error

    def _tell(self, done: int, total: int) -> None:
        self.stdout.write(f"  {done} of {total} payments played")
