"""Members from elsewhere: a file is looked at, decided about, brought over; then what Stripe charges for them."""

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views import View
from django.views.decorators.cache import never_cache

from members.importing import adopting
from members.importing.planning import NO_MEMBERSHIP, plan
from members.importing.running import ask_import, decide_tiers, start_import
from members.importing.table import LARGEST, Unreadable
from members.models import ImportedProduct, ImportedSubscription, MemberImport, Tier
from members.periods import add_months
from members.views.staff.granting import DayField
from payments.enums import QueueState
from payments.views.staff import MOST, for_staff

_MAY = [never_cache, for_staff("members.view_membership", "members.add_memberimport")]


class UploadForm(forms.Form):
    """The file. `made` is the import, once it is valid: looked at, nothing brought over."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )
    ends_on = DayField(
        label=gettext_lazy("First day without access, where the file tells no end"),
        help_text=gettext_lazy(
            "Such as complimentary members at Ghost. No membership is without an end here."
        ),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("The file is larger than %d MB.") % (LARGEST // 1024**2))
        return file


class TiersForm(forms.Form):
    """Which tier of ours each of theirs is. `chosen` tells it, once it is valid."""

    def __init__(
        self, *args: Any, names: dict[str, str], current: dict[str, int | None], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.names = list(names)
        self._tiers = {tier.pk: tier for tier in Tier.objects.all()}
        choices = [(str(pk), tier.name) for pk, tier in self._tiers.items()]
        for number, (name, label) in enumerate(names.items()):
            self.fields[f"tier_{number}"] = forms.ChoiceField(
                label=label,
                choices=[("", _("Choose …")), *choices, (str(NO_MEMBERSHIP), _("No membership"))],
                initial=current.get(name, ""),
                error_messages={"required": _("Choose what it becomes.")},
            )

    @property
    def chosen(self) -> dict[str, Tier | None]:
        keys = [int(self.cleaned_data[f"tier_{number}"]) for number in range(len(self.names))]
        return {name: self._tiers.get(key) for name, key in zip(self.names, keys, strict=True)}


@method_decorator(_MAY, name="dispatch")
class ImportsView(View):
    """Takes a file, and lists those before."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(initial={"ends_on": add_months(timezone.localdate(), 12)})
        return self._show(form)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._show(form, status=422)
        file = form.cleaned_data["file"]
        try:
            made = start_import(
                raw=file.read(),
                file_name=file.name,
                actor=request.user,  # type: ignore[arg-type]  # for_staff lets nobody else in
                ends_on=form.cleaned_data["ends_on"],
            )
        except Unreadable as error:
            form.add_error("file", str(error))
            return self._show(form, status=422)
        return redirect("staff_import", made.pk)

    def _show(self, form: UploadForm, *, status: int = 200) -> HttpResponse:
        earlier = MemberImport.objects.defer("content").select_related("created_by").order_by("-pk")
        context = {"form": form, "imports": earlier[:MOST]}
        return render(self.request, "members/staff/imports.html", context, status=status)


@method_decorator(_MAY, name="dispatch")
class ImportView(View):
    """One file: what it would do, or what became of it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(MemberImport.objects.select_related("created_by"), pk=pk)
        if found.is_under_way:
            return render(request, "members/staff/import_under_way.html", {"import": found})
        return self._show_done(found) if found.done_at else self._show_outlook(found)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(MemberImport, pk=pk)
        match request.POST.get("act"):
            case "tiers" if not (found.done_at or found.is_under_way):
                return self._decide_tiers(found)
            case "run":
                return self._run(found)
            case "products" if found.done_at:
                return self._decide_products(found)
            case "retry" if found.done_at:
                return self._retry(found)
        return redirect("staff_import", pk)

    def _decide_tiers(self, found: MemberImport) -> HttpResponse:
        form = _tiers_form(found, plan(found).tier_names, self.request.POST)
        if not form.is_valid():
            return self._show_outlook(found, form)
        decide_tiers(found, form.chosen)
        return redirect("staff_import", found.pk)

    def _run(self, found: MemberImport) -> HttpResponse:
        if found.done_at or found.is_under_way or plan(found).is_fit:
            ask_import(found, actor=self.request.user)  # type: ignore[arg-type]
        else:
            messages.error(self.request, _("Nothing was brought over: the file still has problems."))
        return redirect("staff_import", found.pk)

    def _decide_products(self, found: MemberImport) -> HttpResponse:
        form = _products_form(found, self.request.POST)
        if not form.is_valid():
            return self._show_done(found, form)
        products = {str(product.pk): product for product in _products(found)}
        adopting.decide_products({products[name]: tier for name, tier in form.chosen.items()})
        messages.success(self.request, _("Kept. Stripe is asked again for those whom it concerns."))
        return redirect("staff_import", found.pk)

    def _retry(self, found: MemberImport) -> HttpResponse:
        chosen = found.customers.exclude(state=QueueState.DONE)
        if pk := self.request.POST.get("customer", ""):
            chosen = found.customers.filter(pk=pk) if pk.isdecimal() else chosen.none()
        count = adopting.retry(chosen)
        said = ngettext("%d customer is read again.", "%d customers are read again.", count)
        messages.success(self.request, said % count)
        return redirect("staff_import", found.pk)

    def _show_outlook(self, found: MemberImport, form: TiersForm | None = None) -> HttpResponse:
        outlook = plan(found)
        context = {
            "import": found,
            "outlook": outlook,
            "counts": outlook.counts(),
            "steps": outlook.steps[:MOST],
            "problems": outlook.problems[:MOST],
            "form": form or _tiers_form(found, outlook.tier_names),
            "most": MOST,
        }
        return render(self.request, "members/staff/import.html", context, status=422 if form else 200)

    def _show_done(self, found: MemberImport, form: TiersForm | None = None) -> HttpResponse:
        customers = found.customers.select_related("user").order_by("line", "pk")
        subscriptions = ImportedSubscription.objects.filter(customer__member_import=found)
        left = subscriptions.filter(adopted_at=None).select_related("product__tier", "customer__user")
        context = {
            "import": found,
            "counts": found.result,
            "waiting": customers.filter(state=QueueState.PENDING, error="").count(),
            "troubled": customers.exclude(state=QueueState.DONE).exclude(error="")[:MOST],
            "taken_over": subscriptions.filter(adopted_at__isnull=False).count(),
            "left": left.order_by("customer__line", "pk")[:MOST],
            "left_count": left.count(),
            "form": form or _products_form(found),
            "most": MOST,
        }
        return render(self.request, "members/staff/import_done.html", context, status=422 if form else 200)


def _tiers_form(found: MemberImport, names: Counter[str], data: Any = None) -> TiersForm:
    lines = {
        name: ngettext("%(name)s (%(count)d line)", "%(name)s (%(count)d lines)", count)
        % {"name": name or _("No tier named"), "count": count}
        for name, count in names.items()
    }
    return TiersForm(data, names=lines, current=dict(found.tiers))


def _products(found: MemberImport) -> list[Any]:
    """Those of the file's customers, each with how many of its subscriptions are not taken over."""
    here = Q(subscriptions__customer__member_import=found)
    waiting = Count("subscriptions", filter=here & Q(subscriptions__adopted_at=None))
    products = ImportedProduct.objects.filter(here).distinct().annotate(waiting=waiting)
    return list(products.order_by("name", "pk"))


def _products_form(found: MemberImport, data: Any = None) -> TiersForm:
    products = _products(found)
    said = _("%(name)s (%(count)d not taken over)")
    names = {str(each.pk): said % {"name": each, "count": each.waiting} for each in products}
    return TiersForm(
        data, names=names, current={str(each.pk): each.tier_id or NO_MEMBERSHIP for each in products}
    )
