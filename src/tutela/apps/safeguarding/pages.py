"""The open questions: is the child safe? Each has a page with what was asked of whom. And who is on call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import Target, actor_of, authorise, can, colleagues, require, teams
from tutela.apps.safeguarding import alerting, labels, reaching, referring, services
from tutela.apps.safeguarding.directory import services_of
from tutela.apps.safeguarding.forms import AcknowledgementForm, AnswerForm, HandOverForm, RefusalForm, RotaForm
from tutela.apps.safeguarding.models import Concern, OnCall, Referral
from tutela.apps.safeguarding.rules import Answer, Step
from tutela.domain.actors import Permission
from tutela.domain.ids import OrganisationId, TeamId
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from tutela.domain.actors import Actor

ROWS_A_PAGE: Final = 50


@require(Permission.SAFEGUARDING_CONCERN_READ)
@require_safe
def concerns(request: HttpRequest) -> HttpResponse:
    """List the open questions: overdue first, then children in danger now, then what nobody took."""
    actor = actor_of(request)
    page = Paginator(reaching.concerns(actor), ROWS_A_PAGE).get_page(request.GET.get("page"))
    listed = [_shown(actor, concern) for concern in page]
    return render(request, "safeguarding/concerns.html", {"listed": listed, "page": page})


@require(Permission.SAFEGUARDING_CONCERN_READ)
@require_safe
def concern(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """Show one question: who was asked to look, which services were told, and what they said."""
    actor = actor_of(request)
    found = reaching.concern(actor, concern_id, Permission.SAFEGUARDING_CONCERN_READ)
    shown = _shown(actor, found)
    may_act = shown["may_answer"] and not found.closed_at
    context = {
        **shown,
        "referrals": [_told(row, may_act=may_act) for row in found.referrals.all()],
        "alerts": [
            (row, labels.FAILURES.get(alerting.Failure(row.failure)) if row.failure else "")
            for row in found.alerts.all()
        ],
    }
    return render(request, "safeguarding/concern.html", context)


@require(Permission.SAFEGUARDING_CONCERN_ANSWER)
@require_POST
def take(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """Acknowledge a concern."""
    services.take(actor_of(request), concern_id)
    messages.success(request, _("It is yours now. The question stays open until it is answered."))
    return redirect("safeguarding")


@require(Permission.SAFEGUARDING_CONCERN_ANSWER)
@require_POST
def answer(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """Answer the question."""
    reaching.concern(actor_of(request), concern_id, Permission.SAFEGUARDING_CONCERN_ANSWER)
    form = AnswerForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        services.answer(actor_of(request), concern_id, Answer(values["answer"]), values["note"])
        messages.success(request, _("The answer has been written down."))
    else:
        messages.error(request, _("Choose an answer and say what was done."))
    return redirect("safeguarding")


#### Referrals ####

_STEPS: Final[dict[str, type[Form]]] = {
    "hand-over": HandOverForm,
    "acknowledge": AcknowledgementForm,
    "answer": AnswerForm,
    "refuse": RefusalForm,
}


@require(Permission.SAFEGUARDING_CONCERN_ANSWER)
@require_POST
def step(request: HttpRequest, concern_id: UUID, referral_id: UUID, step: str) -> HttpResponse:
    """Take one referral one step further."""
    actor = actor_of(request)
    reaching.concern(actor, concern_id, Permission.SAFEGUARDING_CONCERN_ANSWER)
    if step not in _STEPS or not Referral.objects.filter(id=referral_id, concern_id=concern_id).exists():
        raise Http404
    form = _STEPS[step](request.POST)
    if not form.is_valid():
        messages.error(request, _("Something is missing. Please fill in every field."))
        return redirect("concern", concern_id)
    try:
        _go(actor, referral_id, step, form.cleaned_data)
    except referring.ReferralError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It has been written down."))
    return redirect("concern", concern_id)


def _go(actor: Actor, referral_id: UUID, step: str, values: dict[str, Any]) -> None:
    if step == "hand-over":
        referring.hand_over(actor, referral_id, values["recipient"], values["note"])
    elif step == "acknowledge":
        referring.acknowledge(actor, referral_id, values["reference"])
    elif step == "answer":
        services.answer_referral(actor, referral_id, Answer(values["answer"]), values["note"])
    else:
        referring.refuse(actor, referral_id, values["note"])


#### On call ####


@require(Permission.SAFEGUARDING_ROTA_READ)
@require_safe
def rota(request: HttpRequest) -> HttpResponse:
    """Show who is on call, team by team, and for what no team has."""
    actor = actor_of(request)
    groups: list[tuple[Any, str]] = [(None, _("Whatever belongs to no team"))] * bool(_may_set(actor, None))
    groups += [(team.id, team.name) for team in teams(actor, Permission.SAFEGUARDING_ROTA_READ)]
    listed = [
        {
            "team_id": team_id,
            "name": name,
            "on_call": alerting.rota(actor.organisation_id, team_id) if actor.organisation_id else [],
            "form": _rota_form(actor, team_id) if _may_set(actor, team_id) else None,
        }
        for team_id, name in groups
    ]
    return render(request, "safeguarding/rota.html", {"listed": listed})


@require(Permission.SAFEGUARDING_ROTA_EDIT)
@require_POST
def set_rota(request: HttpRequest, team_id: UUID | None = None) -> HttpResponse:
    """Say who is on call."""
    actor = actor_of(request)
    if team_id and not teams(actor, Permission.SAFEGUARDING_ROTA_READ).filter(id=team_id).exists():
        raise Http404
    assert actor.organisation_id is not None
    authorise(actor, Permission.SAFEGUARDING_ROTA_EDIT, _group(actor, team_id))
    form = _rota_form(actor, team_id, request.POST)
    if form.is_valid():
        alerting.set_rota(actor, actor.organisation_id, team_id, form.person_ids)
        messages.success(request, _("It is set."))
    else:
        messages.error(request, _("Choose people from the list."))
    return redirect("rota")


def _group(actor: Actor, team_id: UUID | None) -> Target:
    assert actor.organisation_id is not None
    return Target(OrganisationId(actor.organisation_id), frozenset({TeamId(team_id)} if team_id else ()))


def _may_set(actor: Actor, team_id: UUID | None) -> bool:
    return bool(actor.organisation_id) and can(actor, Permission.SAFEGUARDING_ROTA_EDIT, _group(actor, team_id))


def _rota_form(actor: Actor, team_id: UUID | None, data: Any = None) -> RotaForm:
    assert actor.organisation_id is not None
    rows = OnCall.objects.filter(organisation_id=actor.organisation_id, team_id=team_id)
    people = colleagues(actor.organisation_id, team_id)
    chosen = list(rows.values_list("person_id", flat=True))
    return RotaForm(data, people=people, chosen=chosen, auto_id=f"{team_id or 'all'}-%s")


#### Shown ####


def _shown(actor: Actor, concern: Concern) -> dict[str, Any]:
    return {
        "concern": concern,
        "because": labels.because(concern.causes),
        "is_overdue": getattr(concern, "is_overdue", False),
        "may_answer": can(actor, Permission.SAFEGUARDING_CONCERN_ANSWER, reaching.target_of(concern)),
        "is_mine": concern.taken_by == actor.pseudonym,
        "form": AnswerForm(auto_id=f"{concern.id}-%s"),
    }


def _told(row: Referral, *, may_act: bool) -> dict[str, Any]:
    stands, today = Step(row.step), clock.now().date()
    name = f"{row.id}-%s"
    answerable = stands in {Step.HANDED_OVER, Step.ACKNOWLEDGED}
    return {
        "referral": row,
        "place": labels.place_of(row.jurisdiction),
        "step": labels.STEPS[stands],
        "is_open": stands is Step.OPEN,
        "is_overdue": stands is Step.HANDED_OVER and row.due_at is not None and row.due_at < clock.now(),
        "service": referring.service_of(row),
        "others": services_of(row.jurisdiction, today),
        "hand_over": HandOverForm(auto_id=name) if may_act and stands is Step.OPEN else None,
        "acknowledge": AcknowledgementForm(auto_id=name) if may_act and stands is Step.HANDED_OVER else None,
        "answer": AnswerForm(auto_id=f"{row.id}-answer-%s") if may_act and answerable else None,
        "refuse": RefusalForm(auto_id=f"{row.id}-refuse-%s") if may_act and answerable else None,
    }


urlpatterns = [
    path("safeguarding/", concerns, name="safeguarding"),
    path("safeguarding/rota/", rota, name="rota"),
    path("safeguarding/rota/all/", set_rota, name="rota-set-all"),
    path("safeguarding/rota/<uuid:team_id>/", set_rota, name="rota-set"),
    path("safeguarding/<uuid:concern_id>/", concern, name="concern"),
    path("safeguarding/<uuid:concern_id>/take/", take, name="concern-take"),
    path("safeguarding/<uuid:concern_id>/answer/", answer, name="concern-answer"),
    path("safeguarding/<uuid:concern_id>/referrals/<uuid:referral_id>/<slug:step>/", step, name="referral-step"),
]
