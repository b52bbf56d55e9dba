"""With whom it is agreed to ask each other, and the question about one case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tutela.apps.access.public import actor_of, machines, organisation_teams, require
from tutela.apps.triage import deconfliction, services
from tutela.domain.actors import Actor, Permission

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class AgreementForm(forms.Form):
    """With whom, and whom they may talk to."""

    name = forms.CharField(
        label=gettext_lazy("Organisation"),
        max_length=200,
        help_text=gettext_lazy("One of this installation by its full name; it must agree, too. Or one outside."),
    )
    machine = forms.ChoiceField(
        label=gettext_lazy("Key with which they ask"),
        required=False,
        help_text=gettext_lazy("Only for an organisation outside."),
    )
    contact = forms.ChoiceField(label=gettext_lazy("Team that they may talk to"), required=False)

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        keys = [
            (str(each.key_id), each.name)
            for each in machines(actor, Permission.TRIAGE_AGREEMENT_EDIT)
            if each.is_valid and Permission.TRIAGE_DECONFLICTION_ASK in (each.actor.scopes or ())
        ]
        teams = organisation_teams(actor.organisation_id) if actor.organisation_id else []
        inside: Any = gettext_lazy("none: it is of this installation")
        self.fields["machine"].choices = [("", inside), *keys]  # type: ignore[attr-defined] - a field of choices
        named: list[Any] = [("", gettext_lazy("none")), *((str(team_id), name) for team_id, name in teams)]
        self.fields["contact"].choices = named  # type: ignore[attr-defined] - a field of choices


@require(Permission.TRIAGE_AGREEMENT_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def agreements(request: HttpRequest) -> HttpResponse:
    """List agreements, and make one. The secret of one with somebody outside is shown once."""
    actor, secret = actor_of(request), ""
    form = AgreementForm(request.POST or None, actor=actor)
    if form.is_valid():
        said = form.cleaned_data
        contact_id = UUID(said["contact"]) if said["contact"] else None
        try:
            if said["machine"]:
                secret = deconfliction.agree_outside(actor, said["name"], UUID(said["machine"]), contact_id).secret
            else:
                deconfliction.agree_inside(actor, said["name"], contact_id)
        except services.TriageError as error:
            messages.error(request, str(error))
        else:
            form = AgreementForm(actor=actor)
    rows = deconfliction.agreements(actor.organisation_id) if actor.organisation_id else []
    listed = [(each, deconfliction.holds(each)) for each in rows]
    return render(request, "triage/agreements.html", {"form": form, "listed": listed, "secret": secret})


@require(Permission.TRIAGE_AGREEMENT_EDIT)
@require_POST
def end(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """End an agreement."""
    deconfliction.end(actor_of(request), agreement_id)
    messages.success(request, _("It is ended. Nothing is asked or answered under it any more."))
    return redirect("agreements")


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def ask(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask whether another unit has something of a case."""
    try:
        found = deconfliction.ask(actor_of(request), case_id)
    except services.TriageError as error:
        messages.error(request, str(error))
    else:
        said = (
            _("Another unit has something of this case.") if found else _("No unit that was asked has anything of it.")
        )
        messages.success(request, said)
    return redirect("case", case_id)


urlpatterns = [
    path("agreements/", agreements, name="agreements"),
    path("agreements/<uuid:agreement_id>/end/", end, name="agreement-end"),
    path("cases/<uuid:case_id>/deconfliction/", ask, name="case-deconfliction"),
]
