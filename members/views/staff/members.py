from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.enums import Find
from members.memberships.searching import find_members
from payments.views.staff import for_staff

PAGE = 50


class FindForm(forms.Form):
    """Whom to look for. What cannot be looked for finds nobody else: everybody is shown."""

    q = forms.CharField(
        label=_("Address, name on a gift, or Stripe id"),
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    only = forms.ChoiceField(label=_("Who"), required=False, choices=[("", _("Everybody")), *Find.choices])


@never_cache
@require_safe
@for_staff("members.view_membership")
def members(request: HttpRequest) -> HttpResponse:
    """Everybody with an account, fifty at a time; `q` and `only` say whom."""
    form = FindForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {"q": "", "only": ""}
    page = Paginator(find_members(words=wanted["q"], only=wanted["only"]), PAGE).get_page(
        request.GET.get("page")
    )
    query = urlencode({name: text for name, text in wanted.items() if text})
    context = {"form": form, "page": page, "query": query}
    return render(request, "members/staff/members.html", context)
