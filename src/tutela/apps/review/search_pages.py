"""The page of searching. What is looked for comes in the body: an address of it would be kept by browsers and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tutela.apps.access.public import actor_of, require
from tutela.apps.review.needles import NeedleKind
from tutela.apps.review.searching import FOUND_MAX, search
from tutela.domain.actors import Permission
from tutela.domain.addresses import ADDRESS_CHARACTERS_MAX

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrPromise

_PLATFORM_CHARACTERS_MAX: Final = 100
_WHY: Final[dict[NeedleKind, _StrPromise]] = {
    NeedleKind.CASE: _("This is its id"),
    NeedleKind.RECEIPT: _("A report of it has this receipt"),
    NeedleKind.PAGE: _("A report of it names this page"),
    NeedleKind.ACCOUNT: _("A report of it names this account"),
    NeedleKind.FILE: _("A report of it names exactly these bytes"),
}


class SearchForm(forms.Form):
    """What is looked for."""

    what = forms.CharField(
        label=_("Address, digest, receipt, id of a case, or name of an account"),
        max_length=ADDRESS_CHARACTERS_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        help_text=_("Only what agrees exactly is found. Nobody keeps what you look for."),
    )
    platform = forms.CharField(
        label=_("Platform, if it is the name of an account"), max_length=_PLATFORM_CHARACTERS_MAX, required=False
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, use_required_attribute=True, **more)


@require(Permission.REVIEW_ITEM_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def searching(request: HttpRequest) -> HttpResponse:
    """Look for cases."""
    form = SearchForm(request.POST or None)
    found = None
    if form.is_valid():
        values = form.cleaned_data
        found = [(each, _WHY[each.kind]) for each in search(actor_of(request), values["what"], values["platform"])]
    return render(request, "review/search.html", {"form": form, "found": found, "most": FOUND_MAX})


urlpatterns = [path("search/", searching, name="search")]
