"""The one queue, and as much of it as somebody chose to see. What is chosen stands in the address, and nowhere else."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import Reach, actor_of, reach_of, require, teams
from tutela.apps.triage import clocks, ranking, services
from tutela.apps.triage.labels import explained, name_of
from tutela.apps.triage.queue import LOOKED_THROUGH_MAX, NO_TEAM, After, Choice, page
from tutela.apps.triage.rules import Code
from tutela.apps.triage.weights import TUNABLE, Weights
from tutela.domain.actors import Actor, Permission

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.http import HttpRequest, HttpResponse

    from tutela.apps.triage.clocks import ClockRule
    from tutela.apps.triage.models import Case

ROWS_A_PAGE: Final = 50
REASONS_A_ROW: Final = 3
DAYS: Final = (1, 3, 7, 30, 90)


class ChoiceForm(forms.Form):
    """What to see of the queue. What cannot be read says so and chooses nothing."""

    only = forms.TypedChoiceField(label=gettext_lazy("Only cases with"), coerce=Code, empty_value=None, required=False)
    team = forms.TypedChoiceField(label=gettext_lazy("Team"), coerce=UUID, empty_value=None, required=False)
    waiting = forms.TypedChoiceField(label=gettext_lazy("Waiting"), coerce=int, required=False)
    place = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=gettext_lazy("Country, two letters"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": 2, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"invalid": gettext_lazy("Write the two letters of a country, such as NL.")},
    )

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, auto_id="%s", **more)
        fields: Any = self.fields
        fields["only"].choices = [("", _("anything")), *((code.value, name_of(code)) for code in TUNABLE)]
        fields["only"].widget.attrs["data-search"] = ""
        fields["waiting"].choices = [("", _("however long")), *((days, _at_least(days)) for days in DAYS)]
        named = [(team.id, team.name) for team in teams(actor, Permission.REVIEW_ITEM_READ)]
        if reach_of(actor, Permission.REVIEW_ITEM_READ) is not Reach.OWN_TEAM:
            named.append((NO_TEAM, _("none: the whole organisation")))
        fields["team"].choices = [("", _("every team")), *named]
        if len(named) == 1 and not self.data.get("team"):
            del fields["team"]

    def choice(self) -> Choice:
        """Return what could be read."""
        self.full_clean()
        said = self.cleaned_data
        return Choice(said.get("only"), said.get("team"), said.get("place", "").lower(), said.get("waiting") or 0)

    def chosen(self) -> list[tuple[str, str]]:
        """Return each thing that is chosen, in words, and the address of the queue without it."""
        given = {name: self.data[name] for name in self.fields if self.cleaned_data.get(name)}
        rest = {name: _address({each: given[each] for each in given if each != name}) for name in given}
        return [(f"{self.fields[name].label}: {self._said(name)}", rest[name]) for name in given]

    def address(self, **more: str) -> str:
        """Return the address of the queue as it is chosen."""
        return _address({name: self.data[name] for name in self.fields if self.cleaned_data.get(name)} | more)

    def _said(self, name: str) -> str:
        written: str = self.data[name]
        choices: Any = getattr(self.fields[name], "choices", ())
        return {str(value): str(words) for value, words in choices}.get(written, written.upper())


@require(Permission.REVIEW_ITEM_READ)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List what waits for a decision, with why it stands where it stands."""
    actor = actor_of(request)
    weights = ranking.in_force(actor.organisation_id)
    form = ChoiceForm(request.GET, actor=actor)
    choice = form.choice()
    in_time = clocks.CLOCKS.rows()
    after = _after(request.GET.get("after", ""))
    found = page(actor, choice, after, ROWS_A_PAGE)
    context = {
        "form": form,
        "chosen": form.chosen(),
        "listed": [_listed(case, weights, in_time) for case in found.cases],
        "begins": "" if after is None else form.address(),
        "next": form.address(after=_written(found.next)) if found.next else "",
        "is_cut": found.is_cut,
        "looked_through": LOOKED_THROUGH_MAX,
        "has_clocks": bool(in_time),
    }
    return render(request, "triage/queue.html", context)


@require(Permission.SAFEGUARDING_CONCERN_RAISE)
@require_POST
def raise_danger(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Say that a child is in danger now."""
    services.raise_danger(actor_of(request), case_id)
    messages.warning(request, _("The case has left the queue. Somebody must take it now."))
    return redirect("safeguarding")


def _listed(case: Case, weights: Weights, in_time: Collection[ClockRule]) -> dict[str, Any]:
    why = explained(case, weights)
    return {
        "case": case,
        "why": why,
        "reasons": why.reasons[:REASONS_A_ROW],
        "clocks": clocks.running(case, in_time)[:1],
    }


def _at_least(days: int) -> str:
    return ngettext("at least %(days)d day", "at least %(days)d days", days) % {"days": days}


def _address(given: dict[str, str]) -> str:
    return "?" + urlencode(given)


def _written(after: After) -> str:
    return f"{after.score}~{after.opened_at.isoformat()}~{after.case_id}"


def _after(written: str) -> After | None:
    """Read where a page begins; what nobody wrote so is the first page."""
    try:
        score, opened_at, case_id = written.split("~")
        moment = datetime.fromisoformat(opened_at)
        return After(int(score), moment, UUID(case_id)) if moment.tzinfo else None
    except ValueError:
        return None


urlpatterns = [
    path("queue/", queue, name="queue"),
    path("cases/<uuid:case_id>/danger/", raise_danger, name="case-danger"),
]
