"""The cost workbench: the same number of victims under every published method, side by side, and only as ranges.

Rules: nothing is added up over methods, and no figure stands without its interval. What is assumed stands beside the
answer: the number of victims is the reader's own, with its source; the spread of a published cost, which the studies do
not give, is chosen and says so. A value from another place is marked as carried over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tutela.apps.access.public import actor_of, require
from tutela.apps.assessment import data, reading
from tutela.domain.actors import Permission
from tutela.engine.assessment import charts, harm
from tutela.engine.assessment.charts import Axis
from tutela.engine.assessment.cost import Gamma, Input, LogNormal, simulate, tornado
from tutela.engine.assessment.indicators import AreaLevel, Construct

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from tutela.engine.assessment.registry import Registry

_SEED: Final = 1
_DRAWS: Final = 20_000
_NOT: Final = "not the price of suffering, and not of online abuse alone: no published method is"


class ScenarioForm(forms.Form):
    """How many, where, and how far a published cost may be off."""

    low = forms.IntegerField(label=gettext_lazy("Victims: at least"), min_value=1, max_value=10**9)
    high = forms.IntegerField(label=gettext_lazy("Victims: at most"), min_value=2, max_value=10**9)
    source = forms.CharField(label=gettext_lazy("Who says so?"), max_length=200)
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


@require(Permission.ASSESSMENT_STUDY_READ)
@require_safe
def cost(request: HttpRequest) -> HttpResponse:
    """Show a scenario; without one, the form."""
    registry = data.registry(actor_of(request))
    form = ScenarioForm(request.GET if "low" in request.GET else None, initial={"spread": 30}, registry=registry)
    answers = _answers(registry, form.cleaned_data) if form.is_bound and form.is_valid() else []
    return render(request, "assessment/cost.html", {"form": form, "answers": answers, "not_this": _NOT})


def _answers(registry: Registry, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each method's range, what it assumes and what moves it most."""
    found: list[dict[str, Any]] = []
    victims = Input("victims", LogNormal.between(asked["low"], asked["high"]), "children", asked["source"])
    middle = (asked["low"] * asked["high"]) ** 0.5
    for each in harm.side_by_side(middle, asked["area"], online_only=True):
        study = each.study
        price = Input(
            "cost a victim",
            Gamma(each.total / middle, asked["spread"] / 100),
            study.currency,
            study.source,
            transferred=study.area != asked["area"],
        )
        inputs = (victims, price)
        answer = simulate(inputs, _product, seed=_SEED, unit=study.currency, draws=_DRAWS)
        source = registry.catalogue.sources.get(study.source)
        cited = source.citation if source else study.source
        bars = tornado(inputs, _product, seed=_SEED, draws=_DRAWS)
        axis = Axis(Construct.COST, f"{study.currency} of {study.price_year}")
        limits = {"period": study.price_year, "sources": (cited, asked["source"]), "not_this": (_NOT,)}
        drawn = reading.draw(charts.tornado(study.title, axis, answer.median, bars, **limits))
        found.append({"study": study, "range": answer, "flags": each.flags, "cited": cited, "drawn": drawn})
    return found


def _product(drawn: Any) -> Any:
    return drawn["victims"] * drawn["cost a victim"]


urlpatterns = [path("assessment/cost/", cost, name="cost")]
