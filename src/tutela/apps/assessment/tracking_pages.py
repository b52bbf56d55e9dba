"""Pages of what follows from findings, and of what is watched."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, can, require
from tutela.apps.assessment import data, tracking
from tutela.apps.assessment.labels import CERTAINTIES, LENSES, STATES, THEMES
from tutela.apps.assessment.tracking import Plan, Statement, TrackingError
from tutela.apps.forms import DayField
from tutela.domain.actors import Permission
from tutela.engine.assessment.actions import State, Theme
from tutela.engine.assessment.certainty import Certainty
from tutela.engine.assessment.indicators import Lens

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from tutela.engine.assessment.registry import Registry

_STATEMENTS_SHOWN = 200


class PlanForm(forms.Form):
    """Finding, action, owner, indicator."""

    theme = forms.ChoiceField(
        label=gettext_lazy("Theme"), choices=[(each.value, label) for each, label in THEMES.items()]
    )
    finding = forms.CharField(label=gettext_lazy("Which finding does it answer?"), max_length=500)
    action = forms.CharField(label=gettext_lazy("What is done?"), max_length=500)
    owner = forms.CharField(
        label=gettext_lazy("Who owns it?"),
        max_length=200,
        help_text=gettext_lazy("An organisation or an office, never a person."),
    )
    due_on = DayField(label=gettext_lazy("By when?"), required=False)

    def __init__(self, *args: Any, registry: Registry, **more: Any) -> None:
        super().__init__(*args, **more)
        known = sorted(registry.catalogue.indicators.values(), key=lambda each: each.title)
        self.fields["indicator"] = forms.ChoiceField(
            label=_("Which indicator will show whether it helped?"), choices=[(each.id, each.title) for each in known]
        )


class StatementForm(forms.Form):
    """A dated, graded statement with its source."""

    lens = forms.ChoiceField(
        label=gettext_lazy("Lens"), choices=[(each.value, label) for each, label in LENSES.items()]
    )
    statement = forms.CharField(
        label=gettext_lazy("Statement"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    dated = DayField(label=gettext_lazy("Of which day?"))
    source = forms.CharField(label=gettext_lazy("Source"), max_length=500)
    certainty = forms.ChoiceField(
        label=gettext_lazy("Certainty"), choices=[(each.value, label) for each, label in CERTAINTIES.items()]
    )


@require(Permission.ASSESSMENT_ACTION_READ)
@require_safe
def actions(request: HttpRequest) -> HttpResponse:
    """List what is tracked, theme by theme."""
    actor = actor_of(request)
    may_edit = can(actor, Permission.ASSESSMENT_ACTION_EDIT)
    rows = [(each, STATES[State(each.progress)]) for each in tracking.actions(actor)]
    context = {
        "themes": [(THEMES[Theme(theme)], list(of)) for theme, of in groupby(rows, lambda row: row[0].theme)],
        "progresses": STATES.items(),
        "form": PlanForm(registry=data.registry(actor)) if may_edit else None,
    }
    return render(request, "assessment/actions.html", context)


@require(Permission.ASSESSMENT_ACTION_EDIT)
@require_POST
def action_track(request: HttpRequest) -> HttpResponse:
    """Track an action from now on."""
    actor = actor_of(request)
    form = PlanForm(request.POST, registry=data.registry(actor))
    if not form.is_valid():
        messages.error(request, _("An action has a finding that it answers, and an owner."))
        return redirect("actions")
    read: dict[str, Any] = form.cleaned_data
    try:
        tracking.track(actor, Plan(**{**read, "theme": Theme(read["theme"])}))
    except TrackingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Tracked."))
    return redirect("actions")


@require(Permission.ASSESSMENT_ACTION_EDIT)
@require_POST
def action_move(request: HttpRequest, action_id: UUID) -> HttpResponse:
    """Say how far an action is."""
    said = request.POST.get("progress", "")
    tracking.move(actor_of(request), action_id, State(said) if said in set(State) else State.PLANNED)
    return redirect("actions")


@require(Permission.ASSESSMENT_ACTION_READ)
@require_safe
def watch(request: HttpRequest) -> HttpResponse:
    """List statements about emerging threats, the newest first."""
    actor = actor_of(request)
    rows = tracking.statements(actor)[:_STATEMENTS_SHOWN]
    context = {
        "statements": [(each, LENSES[Lens(each.lens)], CERTAINTIES[Certainty(each.certainty)]) for each in rows],
        "form": StatementForm() if can(actor, Permission.ASSESSMENT_ACTION_EDIT) else None,
    }
    return render(request, "assessment/watch.html", context)


@require(Permission.ASSESSMENT_ACTION_EDIT)
@require_POST
def statement_keep(request: HttpRequest) -> HttpResponse:
    """Keep a statement."""
    form = StatementForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A statement has a source."))
        return redirect("watch")
    read: dict[str, Any] = form.cleaned_data
    said = {**read, "lens": Lens(read["lens"]), "certainty": Certainty(read["certainty"])}
    try:
        tracking.keep(actor_of(request), Statement(**said))
    except TrackingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Kept."))
    return redirect("watch")


urlpatterns = [
    path("assessment/actions/", actions, name="actions"),
    path("assessment/actions/track/", action_track, name="action-track"),
    path("assessment/actions/<uuid:action_id>/", action_move, name="action-move"),
    path("assessment/watch/", watch, name="watch"),
    path("assessment/watch/keep/", statement_keep, name="statement-keep"),
]
