"""Pages: what a team can do; what somebody does not want to see in their own queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tutela.apps.access import choosing, services
from tutela.apps.access.abilities import language_names, opted_out
from tutela.apps.access.labels import INCIDENTS, SKILLS
from tutela.apps.access.public import actor_of, require
from tutela.domain.actors import Permission
from tutela.domain.reports import Incident
from tutela.domain.skills import Skill

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_METHODS: Final = ["GET", "HEAD", "POST"]


class AbilityForm(forms.Form):
    """What a team can do."""

    skills = forms.MultipleChoiceField(
        label=gettext_lazy("Skills"),
        required=False,
        choices=[(skill.value, words) for skill, words in SKILLS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"), required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["languages"].choices = list(language_names().items())  # type: ignore[attr-defined] - a choice


class OptOutForm(forms.Form):
    """What somebody does not want to see."""

    incidents = forms.MultipleChoiceField(
        label=gettext_lazy("Do not show me cases about"),
        required=False,
        choices=[(incident.value, words) for incident, words in INCIDENTS.items()],
        widget=forms.CheckboxSelectMultiple,
    )


@require(Permission.ACCESS_TEAM_EDIT)
@require_http_methods(_METHODS)
def team_abilities(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Show and change what a team can do."""
    actor = actor_of(request)
    team = services.team(actor, team_id, Permission.ACCESS_TEAM_EDIT)
    form = AbilityForm(request.POST or None, initial={"skills": team.skills, "languages": team.languages})
    if request.method == "POST":
        form = AbilityForm(request.POST)  # nothing ticked is an answer, too
        if form.is_valid():
            skills = [Skill(each) for each in form.cleaned_data["skills"]]
            choosing.set_abilities(actor, team_id, skills, form.cleaned_data["languages"])
            messages.success(request, _("It is set."))
            return redirect("team-abilities", team_id)
    return render(request, "access/abilities.html", {"team": team, "form": form})


@require(Permission.ACCESS_ACCOUNT_MANAGE)
@require_http_methods(_METHODS)
def opt_outs(request: HttpRequest) -> HttpResponse:
    """Show and change what one does not want to see. Nobody else can open this."""
    actor = actor_of(request)
    form = OptOutForm(initial={"incidents": sorted(opted_out(actor))})
    if request.method == "POST":
        form = OptOutForm(request.POST)
        if form.is_valid():
            choosing.opt_out(actor, [Incident(each) for each in form.cleaned_data["incidents"]])
            messages.success(request, _("It is set. Nobody else can see it."))
            return redirect("opt-outs")
    return render(request, "access/opt_outs.html", {"form": form})


urlpatterns = [
    path("teams/<uuid:team_id>/abilities/", team_abilities, name="team-abilities"),
    path("account/opt-outs/", opt_outs, name="opt-outs"),
]
