"""Handing a case over, and what other teams offer to one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tutela.apps.access.public import actor_of, organisation_teams, require
from tutela.apps.custody.public import ReasonCode
from tutela.apps.triage import handing, services
from tutela.domain.actors import Permission

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_NOTE_CHARACTERS_MAX: Final = 4000
_REASONS: Final = (
    (ReasonCode.OUT_OF_SCOPE.value, gettext_lazy("It is not for this team")),
    (ReasonCode.DUPLICATE.value, gettext_lazy("This team has it in another case")),
    (ReasonCode.WELLBEING.value, gettext_lazy("This team cannot take it now")),
)


def _note(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=_NOTE_CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept encrypted with the case."),
    )


class OfferForm(forms.Form):
    """To whom, and why."""

    team = forms.ChoiceField(label=gettext_lazy("To which team?"))
    note = _note(gettext_lazy("What should they know?"))

    def __init__(self, *args: Any, teams: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, use_required_attribute=True, **more)
        self.fields["team"] = forms.ChoiceField(label=gettext_lazy("To which team?"), choices=teams)
        self.order_fields(["team", "note"])


class RefusalForm(forms.Form):
    """Why not."""

    because = forms.ChoiceField(label=gettext_lazy("Why not?"), choices=_REASONS)
    note = _note(gettext_lazy("What should they know?"))


@require(Permission.REVIEW_ITEM_DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Offer a case to another team, and show what was offered before."""
    actor = actor_of(request)
    found = services.case(actor, case_id, Permission.REVIEW_ITEM_DECIDE)
    teams = [(str(each), name) for each, name in organisation_teams(found.organisation_id) if each != found.team_id]
    form = OfferForm(request.POST or None, teams=teams)
    if form.is_valid():
        values = form.cleaned_data
        try:
            handing.offer(actor, case_id, UUID(values["team"]), values["note"])
        except services.TriageError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("It is offered. The case stays where it is until they accept."))
        return redirect("hand-over", case_id)
    context = {"case": found, "form": form, "handovers": handing.handovers(case_id)}
    return render(request, "triage/hand_over.html", context)


@require(Permission.REVIEW_ITEM_DECIDE)
@require_safe
def handovers(request: HttpRequest) -> HttpResponse:
    """List what other teams offer."""
    listed = [(each, RefusalForm(auto_id=f"{each.id}-%s")) for each in handing.offers(actor_of(request))]
    return render(request, "triage/handovers.html", {"listed": listed})


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def accept(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Take a case over."""
    try:
        handing.accept(actor_of(request), handover_id)
    except services.TriageError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The case is your team's now."))
    return redirect("handovers")


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def refuse(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Refuse a case, with a reason."""
    form = RefusalForm(request.POST)
    try:
        if form.is_valid():
            values = form.cleaned_data
            handing.refuse(actor_of(request), handover_id, ReasonCode(values["because"]), values["note"])
            messages.success(request, _("It is refused. The case stays where it is."))
        else:
            messages.error(request, _("Say why not."))
    except services.TriageError as error:
        messages.error(request, str(error))
    return redirect("handovers")


urlpatterns = [
    path("cases/<uuid:case_id>/hand-over/", hand_over, name="hand-over"),
    path("hand-overs/", handovers, name="handovers"),
    path("hand-overs/<uuid:handover_id>/accept/", accept, name="handover-accept"),
    path("hand-overs/<uuid:handover_id>/refuse/", refuse, name="handover-refuse"),
]
