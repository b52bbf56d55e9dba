"""Handing a case over to another organisation, and what others offer to one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tutela.apps.access.public import actor_of, require
from tutela.apps.custody.public import ReasonCode, open_together
from tutela.apps.intake import transferring
from tutela.apps.intake.forms import INCIDENT_WORDS
from tutela.apps.intake.transferring import SUMMARY_CHARACTERS_MAX
from tutela.apps.triage import public as triage
from tutela.domain.actors import Permission
from tutela.domain.reports import Incident

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_REASONS: Final = (
    (ReasonCode.OUT_OF_SCOPE.value, gettext_lazy("It is not for this organisation")),
    (ReasonCode.DUPLICATE.value, gettext_lazy("This organisation has it in another case")),
    (ReasonCode.NOT_ENABLED.value, gettext_lazy("This organisation cannot take it now")),
)


class TransferForm(forms.Form):
    """To whom, and the least that they must know to answer."""

    name = forms.CharField(
        label=gettext_lazy("To which organisation?"),
        max_length=200,
        help_text=gettext_lazy("One of this installation by its full name; any other in words."),
    )
    summary = forms.CharField(
        label=gettext_lazy("What must they know to answer?"),
        max_length=SUMMARY_CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "They see this before they accept. Name no person and no address; say why it is theirs."
        ),
    )


class AnswerForm(forms.Form):
    """Why not."""

    because = forms.ChoiceField(label=gettext_lazy("Why not?"), choices=_REASONS)
    note = forms.CharField(
        label=gettext_lazy("What should they know?"),
        max_length=SUMMARY_CHARACTERS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class HeardForm(AnswerForm):
    """What somebody who is not here answered."""

    accepted = forms.ChoiceField(
        label=gettext_lazy("What did they answer?"),
        choices=[("", gettext_lazy("choose")), ("yes", gettext_lazy("accepted")), ("no", gettext_lazy("refused"))],
    )
    because = forms.ChoiceField(
        label=gettext_lazy("If they refused: why?"), choices=[("", gettext_lazy("choose")), *_REASONS], required=False
    )

    field_order = ("accepted", "because", "note")


@require(Permission.REVIEW_ITEM_DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Offer a case to another organisation, and show what was offered before."""
    actor = actor_of(request)
    found = triage.case(actor, case_id, Permission.REVIEW_ITEM_DECIDE)
    form = TransferForm(request.POST or None)
    if form.is_valid():
        try:
            transferring.offer(actor, case_id, form.cleaned_data["name"], form.cleaned_data["summary"])
        except triage.TriageError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("It is offered. The case stays where it is until they accept."))
        return redirect("transfer", case_id)
    rows = list(transferring.transfers(case_id))
    open_together(rows)
    reasons: dict[str, Any] = dict(_REASONS)
    listed = [(each, reasons.get(each.because, ""), _heard(each)) for each in rows]
    is_offered = any(each.state == each.State.OFFERED for each in rows)
    context = {"case": found, "form": None if is_offered else form, "listed": listed}
    return render(request, "intake/transfer.html", context)


@require(Permission.REVIEW_ITEM_DECIDE)
@require_safe
def transfers(request: HttpRequest) -> HttpResponse:
    """List what other organisations offer."""
    listed = [
        (
            each,
            [str(INCIDENT_WORDS[Incident(one)]) for one in each.incidents],
            AnswerForm(auto_id=f"{each.transfer.id}-%s"),
        )
        for each in transferring.incoming(actor_of(request))
    ]
    return render(request, "intake/transfers.html", {"listed": listed})


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def accept(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    """Take a case over."""
    try:
        case_id = transferring.accept(actor_of(request), transfer_id)
    except triage.TriageError as error:
        messages.error(request, str(error))
        return redirect("transfers")
    messages.success(request, _("The case is your organisation's now."))
    return redirect("case", case_id)


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def refuse(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    """Refuse a case, with a reason."""
    form = AnswerForm(request.POST)
    try:
        if form.is_valid():
            said = form.cleaned_data
            transferring.refuse(actor_of(request), transfer_id, ReasonCode(said["because"]), said["note"])
            messages.success(request, _("It is refused. The case stays where it is."))
        else:
            messages.error(request, _("Say why not."))
    except triage.TriageError as error:
        messages.error(request, str(error))
    return redirect("transfers")


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def heard(request: HttpRequest, case_id: UUID, transfer_id: UUID) -> HttpResponse:
    """Enter what an organisation that is not here answered."""
    triage.case(actor_of(request), case_id, Permission.REVIEW_ITEM_DECIDE)
    form = HeardForm(request.POST)
    said = form.cleaned_data if form.is_valid() else {}
    accepted = said.get("accepted") == "yes"
    if not said or not (accepted or said["because"]):
        messages.error(request, _("Say why not."))
        return redirect("transfer", case_id)
    because = ReasonCode.PERSON_DECIDED if accepted else ReasonCode(said["because"])
    try:
        transferring.answered(actor_of(request), transfer_id, accepted=accepted, because=because, note=said["note"])
    except triage.TriageError as error:
        messages.error(request, str(error))
    return redirect("transfer", case_id)


def _heard(row: Any) -> HeardForm | None:
    is_open = row.to_organisation_id is None and row.state == row.State.OFFERED
    return HeardForm(auto_id=f"{row.id}-%s") if is_open else None


urlpatterns = [
    path("cases/<uuid:case_id>/transfer/", transfer, name="transfer"),
    path("cases/<uuid:case_id>/transfer/<uuid:transfer_id>/answer/", heard, name="transfer-heard"),
    path("transfers/", transfers, name="transfers"),
    path("transfers/<uuid:transfer_id>/accept/", accept, name="transfer-accept"),
    path("transfers/<uuid:transfer_id>/refuse/", refuse, name="transfer-refuse"),
]
