"""The cost workbench: the same number of victims under every published method, side by side, and only as ranges.

Rules: nothing is added up over methods, and no figure stands without its interval. What is assumed stands beside the
answer: the number of victims is the reader's own, with its source; the spread of a published cost, which the studies do
not give, is chosen and says so. A value from another place is marked as carried over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, can, require
from tutela.apps.assessment import costing, data, reading
from tutela.apps.assessment.costing import ScenarioError
from tutela.apps.forms import check_words
from tutela.domain.actors import Permission
from tutela.engine.assessment import charts, scenarios
from tutela.engine.assessment.charts import Axis
from tutela.engine.assessment.indicators import AreaLevel, Construct
from tutela.engine.assessment.scenarios import Scenario

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from tutela.apps.assessment.models import Study
    from tutela.engine.assessment.registry import Registry

_SHOWN: Final = 100


class ScenarioForm(forms.Form):
    """How many, where, and how far a published cost may be off."""

    low = forms.IntegerField(label=gettext_lazy("Victims: at least"), min_value=1, max_value=10**9)
    high = forms.IntegerField(label=gettext_lazy("Victims: at most"), min_value=2, max_value=10**9)
    source = forms.CharField(label=gettext_lazy("Who says so?"), max_length=200, validators=[check_words])
    area = forms.ChoiceField(label=gettext_lazy("Where"))
    spread = forms.IntegerField(
        label=gettext_lazy("How far may a published cost be off, in per cent?"), min_value=1, max_value=100
    )

    def __init__(self, *args: Any, registry: Registry, **more: Any) -> None:
        super().__init__(*args, **more)
        countries = reading.areas(registry, AreaLevel.COUNTRY)
        self.fields["area"] = forms.ChoiceField(
            label=_("Where"), choices=[(each.code, each.name) for each in countries]
        )
        self.order_fields(["low", "high", "source", "area", "spread"])

    def clean(self) -> dict[str, Any]:
        """Refuse an interval that ends before it begins."""
        read = super().clean() or {}
        if read.get("low") and read.get("high") and read["low"] >= read["high"]:
            self.add_error("high", _("An interval ends after it begins."))
        return read

    def scenario(self, title: str = "") -> Scenario:
        """Return what is asked."""
        read = self.cleaned_data
        return Scenario(title, read["low"], read["high"], read["source"], read["area"], read["spread"])


class KeepForm(forms.Form):
    """The name under which a scenario is kept."""

    title = forms.CharField(label=gettext_lazy("Name of the scenario"), max_length=200, validators=[check_words])


@require(Permission.ASSESSMENT_STUDY_READ)
@require_safe
def cost(request: HttpRequest) -> HttpResponse:
    """Show a scenario; without one, the form; and those that were kept."""
    actor = actor_of(request)
    registry = data.registry(actor)
    form = ScenarioForm(request.GET if "low" in request.GET else None, initial={"spread": 30}, registry=registry)
    asked = form.scenario() if form.is_bound and form.is_valid() else None
    context = {
        "form": form,
        "asked": asked,
        "answers": _answers(registry, asked) if asked else [],
        "not_this": scenarios.NOT_THIS,
        "kept": [_listed(registry, each) for each in costing.scenarios(actor)[:_SHOWN]],
        "keep": KeepForm() if asked and can(actor, Permission.ASSESSMENT_STUDY_EDIT) else None,
    }
    return render(request, "assessment/cost.html", context)


@require(Permission.ASSESSMENT_STUDY_EDIT)
@require_POST
def cost_keep(request: HttpRequest) -> HttpResponse:
    """Keep a scenario under a name, with its inputs, their source, and what came of it."""
    actor = actor_of(request)
    form = ScenarioForm(request.POST, registry=data.registry(actor))
    named = KeepForm(request.POST)
    if not (form.is_valid() and named.is_valid()):
        messages.error(request, _("Give the scenario a name; its numbers have a source."))
        return redirect("cost")
    try:
        costing.keep(actor, form.scenario(named.cleaned_data["title"]))
    except ScenarioError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Kept. It can stand in an edition."))
    return redirect("cost")


def _listed(registry: Registry, row: Study) -> dict[str, Any]:
    asked = Scenario.read(row.asked)
    area = registry.catalogue.areas.get(asked.area)
    again = {"low": asked.low, "high": asked.high, "source": asked.source, "area": asked.area}
    query = urlencode(again | {"spread": asked.spread_percent})
    return {"row": row, "asked": asked, "area": area.name if area else asked.area, "query": query}


def _answers(registry: Registry, asked: Scenario) -> list[dict[str, Any]]:
    """Return each method's range, what it assumes and what moves it most."""
    found: list[dict[str, Any]] = []
    for each in scenarios.price(asked):
        study = each.study
        source = registry.catalogue.sources.get(study.source)
        cited = source.citation if source else study.source
        axis = Axis(Construct.COST, f"{study.currency} of {study.price_year}")
        limits = {"period": study.price_year, "sources": (cited, asked.source), "not_this": (scenarios.NOT_THIS,)}
        drawn = reading.draw(charts.tornado(study.title, axis, each.range.median, each.bars(), **limits))
        found.append({"study": study, "range": each.range, "flags": each.flags, "cited": cited, "drawn": drawn})
    return found


urlpatterns = [
    path("assessment/cost/", cost, name="cost"),
    path("assessment/cost/keep/", cost_keep, name="cost-keep"),
]
