"""Which team a new case comes to: the rules in force, others and their effect, and every version before."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import (
    actor_of,
    can,
    incident_names,
    language_names,
    organisation_teams,
    require,
    skill_names,
)
from tutela.apps.custody.public import open_together
from tutela.apps.triage import routing
from tutela.apps.triage.routing_effect import effect
from tutela.apps.triage.routing_rules import RULES_MAX, Rule
from tutela.domain.actors import Actor, Permission
from tutela.domain.ids import OrganisationId
from tutela.domain.reports import Incident
from tutela.domain.skills import Skill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

VERSIONS_SHOWN: Final = 20
_BLANK_RULES: Final = 2
_DOORS: Final = (
    ("api", gettext_lazy("A machine's reports")),
    ("form", gettext_lazy("The public form")),
    ("call", gettext_lazy("A telephone call")),
    ("bulk", gettext_lazy("A file of reports")),
    ("machine", gettext_lazy("Our own machines")),
)
_CODES: Final = re.compile(r"[\s,;]+")
_CONDITIONS: Final = ("jurisdictions", "languages", "incidents", "doors")


class CodesField(forms.CharField):
    """Short codes with commas or blanks between."""

    def __init__(self, *, pattern: str, **more: Any) -> None:
        super().__init__(required=False, max_length=1000, **more)
        self._pattern = re.compile(pattern)

    def clean(self, value: Any) -> Any:
        """Return the codes, in small letters."""
        codes = [code for code in _CODES.split(super().clean(value).lower()) if code]
        for code in codes:
            if not self._pattern.fullmatch(code):
                raise ValidationError(_("This is no code: %(code)s"), params={"code": code[:20]})
        return frozenset(codes)

    def prepare_value(self, value: Any) -> Any:
        """Return what stands in the field."""
        return ", ".join(sorted(value)) if isinstance(value, frozenset) else value


class RuleForm(forms.Form):
    """One rule: what a report must say, and where the case comes to."""

    jurisdictions = CodesField(
        label=gettext_lazy("Countries"), pattern="[a-z]{2}", help_text=gettext_lazy("Two letters each, such as nl, de.")
    )
    languages = CodesField(
        label=gettext_lazy("Languages"),
        pattern="[a-z]{2,3}",
        help_text=gettext_lazy("Their codes, such as nl, de."),
    )
    incidents = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of incident"), required=False, widget=forms.CheckboxSelectMultiple
    )
    doors = forms.MultipleChoiceField(
        label=gettext_lazy("Doors"), required=False, choices=_DOORS, widget=forms.CheckboxSelectMultiple
    )
    skill = forms.ChoiceField(label=gettext_lazy("Skill that the team must have"), required=False)
    team = forms.ChoiceField(label=gettext_lazy("Comes to the team"), required=False)

    def __init__(self, *args: Any, teams: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        choices: dict[str, list[tuple[str, Any]]] = {
            "incidents": list(incident_names().items()),
            "skill": [("", gettext_lazy("none")), *skill_names().items()],
            "team": [("", gettext_lazy("any that has the skill")), *teams],
        }
        for name, given in choices.items():
            self.fields[name].choices = given  # type: ignore[attr-defined] - each is a field of choices

    def summary(self) -> str:
        """Return the rule in one line: its conditions, then where a case comes to. Empty where nothing is chosen."""
        said = {name: self._words(name) for name in (*_CONDITIONS, "skill", "team")}
        conditions = " · ".join(said[name] for name in _CONDITIONS if said[name])
        goal = " · ".join(said[name] for name in ("team", "skill") if said[name])
        return f"{conditions or _('everything')} → {goal}" if goal else conditions

    def _words(self, name: str) -> str:
        value: Any = self[name].value() or ()
        if isinstance(value, str):
            value = [value]
        words = {str(code): str(shown) for code, shown in getattr(self.fields[name], "choices", ())}
        return ", ".join(words.get(str(each), str(each)) for each in value)

    def rule(self) -> Rule:
        """Return what was chosen."""
        said = self.cleaned_data
        return Rule(
            jurisdictions=said["jurisdictions"],
            languages=said["languages"] & language_names().keys(),
            incidents=frozenset(map(Incident, said["incidents"])),
            doors=frozenset(said["doors"]),
            skill=Skill(said["skill"]) if said["skill"] else None,
            team_id=UUID(said["team"]) if said["team"] else None,
        )


RulesForm = forms.formset_factory(
    RuleForm, extra=_BLANK_RULES, can_order=True, can_delete=True, max_num=RULES_MAX, absolute_max=RULES_MAX
)


class AdoptionForm(forms.Form):
    """Rules whose effect was seen, and why."""

    rules = forms.JSONField(widget=forms.HiddenInput())
    seen = forms.CharField(widget=forms.HiddenInput())
    reason = forms.CharField(
        label=gettext_lazy("Why are they changed?"),
        max_length=routing.REASON_CHARACTERS_MAX,
        help_text=gettext_lazy("Kept with this version; that it was adopted stands in the record."),
    )


@require(Permission.TRIAGE_ROUTING_READ)
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules in force, and every version before."""
    return _page(request, None)


@require(Permission.TRIAGE_ROUTING_EDIT)
@require_POST
def show_effect(request: HttpRequest) -> HttpResponse:
    """Show what other rules would have done with the cases of the last days, and change nothing."""
    actor = actor_of(request)
    given = RulesForm(request.POST, form_kwargs={"teams": _teams(actor)})
    if actor.organisation_id is None or not given.is_valid():
        return _page(request, given)
    chosen = [form.rule() for form in given.ordered_forms if form.has_changed()]
    number, before = routing.in_force(actor.organisation_id)
    rows = routing.plain(chosen)
    adoption = AdoptionForm(initial={"rules": rows, "seen": _seen(actor, number, rows)}, auto_id="adopt-%s")
    return _page(request, given, effect=effect(actor.organisation_id, before, chosen), adoption=adoption)


@require(Permission.TRIAGE_ROUTING_EDIT)
@require_POST
def adopt(request: HttpRequest) -> HttpResponse:
    """Adopt rules whose effect was seen."""
    actor, form = actor_of(request), AdoptionForm(request.POST)
    if not form.is_valid() or actor.organisation_id is None:
        messages.error(request, _("Look at the effect first, and say why the rules are changed."))
        return redirect("routing")
    number, _before = routing.in_force(actor.organisation_id)
    said = form.cleaned_data
    if not constant_time_compare(said["seen"], _seen(actor, number, said["rules"])):
        messages.error(request, _("Other rules are in force since you looked. Look at the effect again."))
        return redirect("routing")
    try:
        organisation_id = OrganisationId(actor.organisation_id)
        routing.adopt(actor, organisation_id, routing.read(said["rules"]), said["reason"], after=number)
    except routing.RoutingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Adopted. New cases come to their teams by these rules."))
    return redirect("routing")


def _page(request: HttpRequest, given: Any, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    organisation_id = actor.organisation_id
    number, in_force = routing.in_force(organisation_id) if organisation_id else (0, [])
    versions = list(routing.history(organisation_id)[:VERSIONS_SHOWN]) if organisation_id else []
    open_together(versions)
    initial = [{**_shown(rule)} for rule in in_force]
    context = {
        "number": number,
        "forms": given or RulesForm(initial=initial, form_kwargs={"teams": _teams(actor)}),
        "versions": versions,
        "may_edit": can(actor, Permission.TRIAGE_ROUTING_EDIT),
        **more,
    }
    return render(request, "triage/routing.html", context)


def _shown(rule: Rule) -> dict[str, Any]:
    return {
        "jurisdictions": rule.jurisdictions,
        "languages": rule.languages,
        "incidents": sorted(rule.incidents),
        "doors": sorted(rule.doors),
        "skill": rule.skill or "",
        "team": str(rule.team_id or ""),
    }


def _teams(actor: Actor) -> list[tuple[str, str]]:
    return (
        [(str(each), name) for each, name in organisation_teams(actor.organisation_id)] if actor.organisation_id else []
    )


def _seen(actor: Actor, number: int, rows: Any) -> str:
    """Return what only somebody knows who was shown these rules beside that version."""
    words = f"{actor.pseudonym}\n{number}\n{json.dumps(rows, sort_keys=True)}"
    return salted_hmac("tutela.triage.routing", words, algorithm="sha256").hexdigest()


urlpatterns = [
    path("queue/routing/", rules, name="routing"),
    path("queue/routing/effect/", show_effect, name="routing-effect"),
    path("queue/routing/adopt/", adopt, name="routing-adopt"),
]
