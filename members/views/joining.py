from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views.decorators.gzip import gzip_page

from members.forms import JoinForm
from members.models import Plan, Tier
from members.selling import catalogue
from members.selling.joining import is_newcomer, start_signup
from members.selling.quoting import Quote, in_words, quote
from members.views.buying import BuyingView
from payments.catalogue import Stock
from payments.fees import card_fee_in
from payments.money import exponent


@dataclass(frozen=True, slots=True)
class Choice:
    """One of an interval's amounts, with everything that the page says about it. `n` ties a radio to its words."""

    n: str
    interval: str
    preset: catalogue.Preset
    tier: Tier
    plain: Quote
    covered: Quote | None

    @property
    def words(self) -> str:
        return in_words(self.plain, timezone.localdate())

    @property
    def words_covered(self) -> str:
        return in_words(self.covered, timezone.localdate()) if self.covered else ""


@method_decorator(gzip_page, name="dispatch")
class JoinView(BuyingView):
    template_name = "members/join.html"
    form_class = JoinForm
    url_name = "join"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"shelves": self._shelves}

    def prefill(self) -> dict[str, Any]:
        return JoinForm(currency=self.currency, shelves=self._shelves).filled_by(self.request.GET)

    def send_to_stripe(self, form: JoinForm) -> str:
        wanted = form.cleaned_data
        signup = start_signup(
            plan=wanted["plan"],
            amount=wanted["amount"],
            email=wanted["email"],
            user=self.buyer(wanted["email"]),
            covers_fee=wanted["cover_fee"],
            campaign_code=wanted["campaign"],
            attribution=self.attribution,
        )
        return self.open(signup.checkout)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form: JoinForm = context["form"]
        return context | {
            "choices": {name: self._choices(name, shelf) for name, shelf in form.shelves.items()},
            "plans": {name: shelf.plans for name, shelf in form.shelves.items()},
            "card_fee": card_fee_in(self.currency),
            "exponent": exponent(self.currency),
            "year_saves": catalogue.year_saves(form.shelves),
        }

    @cached_property
    def _shelves(self) -> dict[str, catalogue.Shelf]:
        return catalogue.shelves(self.currency, self.place.region)

    @cached_property
    def _stock(self) -> Stock:
        return Stock()

    @cached_property
    def _is_newcomer(self) -> bool:
        user = self.request.user
        return is_newcomer(user if user.is_authenticated else None)

    def _choices(self, interval: str, shelf: catalogue.Shelf) -> list[Choice]:
        found = []
        for number, preset in enumerate(shelf.presets):
            if plan := shelf.plan_for(int(preset.value)):
                plain, covered = (self._quote(plan, int(preset.value), covers) for covers in (False, True))
                found.append(
                    Choice(str(number), interval, preset, plan.tier, plain, covered if covered.fee else None)
                )
        return found

    def _quote(self, plan: Plan, chosen: int, covers_fee: bool) -> Quote:
        return quote(plan, chosen, covers_fee=covers_fee, stock=self._stock, is_newcomer=self._is_newcomer)
