"""The impact workbench: choose a series, an event and what to compare with; see the answer with its pretences."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, can, require
from tutela.apps.assessment import data, reading, studying
from tutela.apps.assessment.rules import Stage
from tutela.apps.assessment.studying import Question, StudyError
from tutela.apps.forms import DayField
from tutela.domain.actors import Permission
from tutela.engine.assessment import charts
from tutela.engine.assessment.charts import ChartError, Counterfactual
from tutela.engine.assessment.charts.chart import cited
from tutela.engine.assessment.interrupted import Scale, Shape
from tutela.engine.assessment.registry import WORLD
from tutela.engine.assessment.rules import UnfitError

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from tutela.apps.assessment.models import Study
    from tutela.engine.assessment.registry import Registry

_SERIES_MIN: Final = 8
_SHOWN: Final = 100


class QuestionForm(forms.Form):
    """What is decided before anybody looks."""

    series = forms.ChoiceField(label=gettext_lazy("Series"))
    event = forms.CharField(label=gettext_lazy("What happened?"), max_length=120)
    event_on = DayField(label=gettext_lazy("From which day could it act?"))
    shape = forms.ChoiceField(
        label=gettext_lazy("What is it thought to have done?"),
        choices=[
            (Shape.STEP.value, gettext_lazy("A lasting step")),
            (Shape.RAMP.value, gettext_lazy("So much more with each period")),
        ],
    )
    scale = forms.ChoiceField(
        label=gettext_lazy("How is the effect read?"),
        choices=[
            (Scale.LINEAR.value, gettext_lazy("In units")),
            (Scale.LOGARITHMIC.value, gettext_lazy("In per cent")),
        ],
    )
    trend = forms.BooleanField(label=gettext_lazy("The series had a trend before"), required=False)
    with_others = forms.BooleanField(
        label=gettext_lazy("Compare with the same series in every other place"), required=False
    )

    def __init__(self, *args: Any, registry: Registry, **more: Any) -> None:
        super().__init__(*args, **more)
        self._registry = registry
        self.fields["series"] = forms.ChoiceField(label=_("Series"), choices=_series(registry))
        self.order_fields(["series", "event", "event_on", "shape", "scale", "trend", "with_others"])

    def question(self) -> Question:
        """Return what is asked."""
        read = self.cleaned_data
        indicator, area, cell = read["series"].split("|", 2)
        others: tuple[str, ...] = ()
        if read["with_others"]:
            places = reading.places(self._registry, indicator)
            others = tuple(
                each.code for each, its_cell in places if its_cell == cell and each.code not in {area, WORLD}
            )
        return Question(
            indicator=indicator,
            area=area,
            cell=cell,
            event_on=read["event_on"],
            event=read["event"],
            shape=Shape(read["shape"]),
            scale=Scale(read["scale"]),
            trend=read["trend"],
            comparators=others[: studying.COMPARATORS_MAX],
        )


@require(Permission.ASSESSMENT_STUDY_READ)
@require_safe
def studies(request: HttpRequest) -> HttpResponse:
    """List the studies, and offer to ask another one."""
    actor = actor_of(request)
    may_edit = can(actor, Permission.ASSESSMENT_STUDY_EDIT)
    context = {
        "studies": studying.studies(actor)[:_SHOWN],
        "form": QuestionForm(registry=data.registry(actor)) if may_edit else None,
    }
    return render(request, "assessment/studies.html", context)


@require(Permission.ASSESSMENT_STUDY_EDIT)
@require_POST
def study_ask(request: HttpRequest) -> HttpResponse:
    """Put a question; it is answered in the background."""
    actor = actor_of(request)
    form = QuestionForm(request.POST, registry=data.registry(actor))
    if not form.is_valid():
        messages.error(request, _("Choose a series, and say what happened and when."))
        return redirect("studies")
    try:
        made = studying.ask(actor, form.question())
    except StudyError as error:
        messages.error(request, str(error))
        return redirect("studies")
    return redirect("study", made.id)


@require(Permission.ASSESSMENT_STUDY_READ)
@require_safe
def study(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """Show a study: what was asked, the verdict in words, and everything that could show it to be wrong."""
    actor = actor_of(request)
    found = studying.study(actor, study_id)
    registry = data.registry(actor)
    asked = Question.read(found.asked)
    shown = registry.catalogue.indicators.get(asked.indicator)
    observations = registry.series(asked.indicator, asked.area, asked.cell)
    context = {
        "study": found,
        "asked": asked,
        "result": found.result,
        "is_waiting": found.state == Stage.WAITING,
        "indicator": shown,
        "area": registry.catalogue.areas.get(asked.area),
        "sources": list(dict.fromkeys(registry.catalogue.sources[each.source].citation for each in observations)),
        "drawn": _drawn(registry, found, asked) if found.result else None,
        "same_data": registry.digest == found.data_digest,
    }
    return render(request, "assessment/study.html", context)


def _series(registry: Registry) -> list[tuple[str, str]]:
    """Return every series that is long enough to be asked about, by its title."""
    counts: dict[tuple[str, str, str], int] = {}
    for each in registry.observations:
        if each.value is not None:
            key = (each.indicator, each.area, each.cell)
            counts[key] = counts.get(key, 0) + 1
    found = [
        ("|".join(key), f"{registry.indicator(key[0]).title}, {registry.catalogue.areas[key[1]].name} {key[2]}".strip())
        for key, count in counts.items()
        if count >= _SERIES_MIN
    ]
    return sorted(found, key=lambda each: each[1])


def _drawn(registry: Registry, found: Study, asked: Question) -> reading.Drawn | None:
    """Draw what was observed and what would have been without the event."""
    result = found.result
    shown = registry.catalogue.indicators.get(asked.indicator)
    if not result or not shown or not result["expected"]:
        return None
    rows = [(date.fromisoformat(row[0]), *row[1:]) for row in result["expected"]]
    begun = rows[0][0]
    before = [(date.fromisoformat(day), value) for day, value in result["observed"] if date.fromisoformat(day) < begun]
    made = Counterfactual(
        times=tuple(_year(day) for day, _value in before) + tuple(_year(row[0]) for row in rows),
        names=tuple(day.isoformat() for day, _value in before) + tuple(row[0].isoformat() for row in rows),
        observed=tuple(value for _day, value in before) + tuple(row[1] for row in rows),
        expected=tuple(value for _day, value in before) + tuple(row[2] for row in rows),
        low=tuple(value for _day, value in before) + tuple(row[3] for row in rows),
        high=tuple(value for _day, value in before) + tuple(row[4] for row in rows),
        event=_year(asked.event_on),
        event_name=asked.event,
        statistics=tuple(statistic for _where, statistic in result["pretended_dates"]),
        real=result["real"],
    )
    observations = registry.series(asked.indicator, asked.area, asked.cell)
    try:
        chart = charts.counterfactual(
            found.title,
            charts.axis_of(shown),
            made,
            result["sentences"][0],
            sources=cited(registry, observations),
            not_this=shown.not_this,
        )
        return reading.draw(chart)
    except (ChartError, UnfitError):
        return None


def _year(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 365.25


urlpatterns = [
    path("assessment/impact/", studies, name="studies"),
    path("assessment/impact/ask/", study_ask, name="study-ask"),
    path("assessment/impact/<uuid:study_id>/", study, name="study"),
]
