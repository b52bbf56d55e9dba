"""The evidence library: search what was tried, and read a card with its design, effect, doubts and source.

Cards come in with the data (*Data*, *Take data in…*, a table `evidence.csv`), whole or not at all, and are frozen with
a release. There is no order by effect: outcomes and settings differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tutela.apps.access.public import actor_of, can, require
from tutela.apps.assessment import data
from tutela.apps.assessment.labels import CERTAINTIES, DESIGNS
from tutela.domain.actors import Permission
from tutela.engine.assessment import cards
from tutela.engine.assessment.cards import Card, Design
from tutela.engine.assessment.edition.options import effect

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from tutela.engine.assessment.registry import Registry

_ROWS_A_PAGE: Final = 50


class SearchForm(forms.Form):
    """Words, and how it was studied."""

    q = forms.CharField(label=gettext_lazy("Words"), max_length=100, required=False)
    design = forms.ChoiceField(
        label=gettext_lazy("How it was studied"),
        required=False,
        choices=[("", gettext_lazy("in any way")), *((each.value, label) for each, label in DESIGNS.items())],
    )


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    """List the cards that fit, by what was tried."""
    actor = actor_of(request)
    registry = data.registry(actor)
    form = SearchForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"q": "", "design": ""}
    found = cards.find(registry.cards, asked["q"], design=Design(asked["design"]) if asked["design"] else None)
    page = Paginator(found, _ROWS_A_PAGE).get_page(request.GET.get("page"))
    interventions = tuple(dict.fromkeys(each.intervention for each in found))
    context = {
        "form": form,
        "page": page,
        "rows": [_shown(registry, each) for each in page],
        "is_empty": not registry.cards,
        "unknown": cards.gaps(found, registry.catalogue, interventions).items(),
        "may_edit": can(actor, Permission.ASSESSMENT_DATA_EDIT),
    }
    return render(request, "assessment/evidence.html", context)


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def card(request: HttpRequest, card_id: str) -> HttpResponse:
    """Show one card, whole."""
    registry = data.registry(actor_of(request))
    found = next((each for each in registry.cards if each.id == card_id), None)
    if found is None:
        raise Http404
    return render(request, "assessment/card.html", _shown(registry, found) | {"digest": registry.digest})


def _shown(registry: Registry, found: Card) -> dict[str, Any]:
    indicator = registry.catalogue.indicators.get(found.outcome)
    return {
        "card": found,
        "design": DESIGNS[found.design],
        "certainty": CERTAINTIES[found.certainty],
        "indicator": indicator,
        "unit": indicator.unit.label if indicator else "",
        "effect": effect(found),
        "not_this": cards.NOT_THIS,
        "source": registry.catalogue.sources[found.source],
    }


urlpatterns = [
    path("assessment/evidence/", evidence, name="evidence"),
    path("assessment/evidence/<str:card_id>/", card, name="card"),
]
