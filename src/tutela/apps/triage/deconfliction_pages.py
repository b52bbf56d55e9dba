"""With whom it is agreed to ask each other, and the question about one case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tutela.apps.access.public import actor_of, machines, organisation_teams, require
from tutela.apps.triage import deconfliction, mark_files, services
from tutela.domain.actors import Actor, Permission

if TYPE_CHECKING:
    from django.http import HttpRequest


_BY_FILE: Final = "file"


class TheirFileForm(forms.Form):
    """What the other unit gave us."""

    file = forms.FileField(label=gettext_lazy("Their file"))


class AgreementForm(forms.Form):
    """With whom, and whom they may talk to."""

    name = forms.CharField(
        label=gettext_lazy("Organisation"),
        max_length=200,
        help_text=gettext_lazy("One of this installation by its full name; it must agree, too. Or one outside."),
    )
    machine = forms.ChoiceField(
        label=gettext_lazy("How they ask"),
        required=False,
        help_text=gettext_lazy("An organisation outside asks with a key that you made for it, or you exchange files."),
    )
    secret = forms.CharField(
        label=gettext_lazy("Their secret"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Only of an organisation outside that made the agreement first; else a new one is made."
        ),
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
        inside: Any = gettext_lazy("it is of this installation")
        by_file: Any = gettext_lazy("by file")
        self.fields["machine"].choices = [("", inside), (_BY_FILE, by_file), *keys]  # type: ignore[attr-defined] - a field of choices
        named: list[Any] = [("", gettext_lazy("none")), *((str(team_id), name) for team_id, name in teams)]
        self.fields["contact"].choices = named  # type: ignore[attr-defined] - a field of choices

    def clean_secret(self) -> str:
        """Refuse a secret where none is used."""
        secret: str = self.cleaned_data["secret"].strip()
        if secret and not self.cleaned_data.get("machine"):
            raise forms.ValidationError(_("Inside this installation no secret is needed."))
        return secret


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
                key_id = None if said["machine"] == _BY_FILE else UUID(said["machine"])
                made = deconfliction.agree_outside(actor, said["name"], key_id, contact_id, secret=said["secret"])
                secret = "" if said["secret"] else made.secret
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


@require(Permission.TRIAGE_AGREEMENT_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Read the file of another unit, and show which of our cases it has, too."""
    actor, found = actor_of(request), None
    agreement = mark_files.outside(actor, agreement_id)
    form = TheirFileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            found = mark_files.take_in(actor, agreement_id, form.cleaned_data["file"].read())
        except services.TriageError as error:
            form.add_error("file", str(error))
    return render(request, "triage/mark_files.html", {"agreement": agreement, "form": form, "found": found})


@require(Permission.TRIAGE_AGREEMENT_EDIT)
@require_POST
def our_file(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Make our file for another unit, and hand it out."""
    content = mark_files.make(actor_of(request), agreement_id)
    name = f'attachment; filename="digests-{agreement_id}.json"'
    return HttpResponse(content, content_type="application/json", headers={"Content-Disposition": name})


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
    path("agreements/<uuid:agreement_id>/", files, name="agreement"),
    path("agreements/<uuid:agreement_id>/file/", our_file, name="agreement-file"),
    path("agreements/<uuid:agreement_id>/end/", end, name="agreement-end"),
    path("cases/<uuid:case_id>/deconfliction/", ask, name="case-deconfliction"),
]
