"""The board of takedowns, the page of one, and how quickly hosts act. Addresses are defanged; nothing is rendered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, can, require
from tutela.apps.custody.public import open_together
from tutela.apps.takedown import labels, mail, receiving, scorecard, services
from tutela.apps.takedown.contacts import VANTAGES
from tutela.apps.takedown.forms import AnswerForm, HoldForm, PartyForm
from tutela.apps.takedown.models import Notice, Reply, Takedown
from tutela.domain.actors import Permission
from tutela.domain.addresses import defang
from tutela.domain.errors import TutelaError
from tutela.engine import clock
from tutela.engine.removal import Answer, Finding, Rung, Sort, State
from tutela.engine.responsible import Confidence, Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.db.models import QuerySet
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from tutela.domain.actors import Actor

ROWS_A_PAGE: Final = 50
_LOOKS_SHOWN: Final = 12


@require(Permission.TAKEDOWN_NOTICE_READ)
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """List what is under way: who waits for a person first, then the oldest."""
    actor, only = actor_of(request), request.GET.get("only", "")
    rows = _chosen(actor, only).select_related("location").order_by("opened_at", "id")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    open_together([row.location for row in page])
    context = {
        "listed": [_listed(row) for row in page],
        "page": page,
        "only": only,
        "choices": [("", _("Under way")), ("person", _("Waits for a person")), ("answers", _("With answers to read"))]
        + [(state.value, words) for state, words in labels.STATES.items()],
        "has_vantages": bool(VANTAGES.rows()),
    }
    return render(request, "takedown/board.html", context)


@require(Permission.TAKEDOWN_NOTICE_READ)
@require_safe
def takedown(request: HttpRequest, takedown_id: UUID) -> HttpResponse:
    """Show one: where it stands, what is next and why, who can act, what was sent, seen and answered."""
    actor = actor_of(request)
    found = services.takedown(actor, takedown_id)
    matter, notices = found.read(), list(found.notices.select_related("party", "organisation", "takedown__item"))
    replies = list(Reply.objects.filter(notice__takedown=found))
    parties = list(found.parties.all())
    open_together([*parties, *notices, *replies, found.location])
    may_act = found.ended_at is None and can(actor, Permission.TAKEDOWN_NOTICE_SEND, services.target_of(found))
    context = {
        **_listed(found),
        "matter": matter,
        "state": State(found.state),
        "parties": [_party(each) for each in parties],
        "notices": [_notice(each) for each in notices],
        "replies": [_reply(each, may_act=may_act) for each in replies],
        "looks": [
            (probe, labels.FINDINGS[Finding(probe.finding)])
            for probe in found.probes.order_by("-done_at")[:_LOOKS_SHOWN]
        ],
        "may_act": may_act,
        "actions": _actions(found) if may_act else (),
        "party_form": PartyForm() if may_act else None,
        "hold_form": HoldForm() if may_act and found.first_sent_at is None else None,
    }
    return render(request, "takedown/takedown.html", context)


@require(Permission.TAKEDOWN_NOTICE_READ)
@require_safe
def scores(request: HttpRequest) -> HttpResponse:
    """Compare hosts, networks and countries."""
    asked = request.GET.get("by", "")
    by = scorecard.By(asked) if asked in set(scorecard.By) else scorecard.By.HOST
    choices = [
        (scorecard.By.HOST.value, _("Hosts")),
        (scorecard.By.NETWORK.value, _("Networks")),
        (scorecard.By.JURISDICTION.value, _("Countries")),
    ]
    rows = scorecard.scores(services.takedowns(actor_of(request)), by)
    return render(request, "takedown/scores.html", {"scores": rows, "by": by.value, "choices": choices})


#### What people decide ####


@require(Permission.TAKEDOWN_NOTICE_SEND)
@require_POST
def act(request: HttpRequest, takedown_id: UUID, verb: str) -> HttpResponse:
    """Do what needs no more words."""
    verbs = {
        "again": services.again,
        "release": services.release,
        "dismiss": services.dismiss_objection,
        "follow": services.follow,
        "withdraw": services.withdraw,
    }
    if verb not in verbs:
        raise Http404
    return _done(request, takedown_id, lambda actor: verbs[verb](actor, takedown_id))


@require(Permission.TAKEDOWN_NOTICE_SEND)
@require_POST
def name_party(request: HttpRequest, takedown_id: UUID) -> HttpResponse:
    """Name somebody who can act."""

    def add(actor: Actor, values: dict[str, Any]) -> None:
        services.add_party(actor, takedown_id, values["reach"].strip(), Rung(values["rung"]))

    return _filled(request, takedown_id, PartyForm(request.POST), add)


@require(Permission.TAKEDOWN_NOTICE_SEND)
@require_POST
def hold(request: HttpRequest, takedown_id: UUID) -> HttpResponse:
    """Hold it for the police."""

    def keep(actor: Actor, values: dict[str, Any]) -> None:
        services.hold(actor, takedown_id, clock.now() + timedelta(hours=values["hours"]))

    return _filled(request, takedown_id, HoldForm(request.POST), keep)


@require(Permission.TAKEDOWN_NOTICE_SEND)
@require_POST
def read_reply(request: HttpRequest, takedown_id: UUID, reply_id: UUID) -> HttpResponse:
    """Keep what an answer says."""

    def keep(actor: Actor, values: dict[str, Any]) -> None:
        receiving.read(actor, takedown_id, reply_id, Answer(values["answer"]))

    return _filled(request, takedown_id, AnswerForm(request.POST), keep)


@require(Permission.TAKEDOWN_NOTICE_SEND)
@require_POST
def form_sent(request: HttpRequest, takedown_id: UUID, notice_id: UUID) -> HttpResponse:
    """Keep that the form of a recipient was filled in."""
    return _done(request, takedown_id, lambda actor: services.form_sent(actor, takedown_id, notice_id))


def _filled(
    request: HttpRequest, takedown_id: UUID, form: Form, keep: Callable[[Actor, dict[str, Any]], None]
) -> HttpResponse:
    if not form.is_valid():
        services.takedown(actor_of(request), takedown_id, Permission.TAKEDOWN_NOTICE_SEND)
        messages.error(request, _("Something is missing. Please fill in every field."))
        return redirect("takedown", takedown_id)
    return _done(request, takedown_id, lambda actor: keep(actor, form.cleaned_data))


def _done(request: HttpRequest, takedown_id: UUID, verb: Callable[[Actor], None]) -> HttpResponse:
    """Do it where this takedown is within reach, and say so."""
    actor = actor_of(request)
    services.takedown(actor, takedown_id, Permission.TAKEDOWN_NOTICE_SEND)
    try:
        verb(actor)
    except TutelaError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It has been written down."))
    return redirect("takedown", takedown_id)


#### Shown ####


def _chosen(actor: Actor, only: str) -> QuerySet[Takedown]:
    if only == "person":
        return services.waiting_for_person(actor)
    rows = services.takedowns(actor)
    if only == "answers":
        return rows.filter(notices__replies__isnull=False, notices__replies__read_at=None).distinct()
    return rows.filter(state=only) if only in set(State) else rows.filter(ended_at=None)


def _listed(row: Takedown) -> dict[str, Any]:
    step, at, why = labels.next_of(row)
    state = State(row.state)
    return {
        "takedown": row,
        "word": labels.STATES[state],
        "tone": labels.TONES.get(state, ""),
        "address": defang(row.location.address or ""),
        "host": labels.host_of(row),
        "step": step,
        "at": at,
        "why": why,
    }


def _actions(row: Takedown) -> list[tuple[str, str]]:
    """Return what a person can do now, as verbs and words."""
    matter, state = row.read(), State(row.state)
    offered = [
        ("release", _("End the hold"), state is State.HELD),
        ("dismiss", _("The objection does not hold: go on"), matter.answer is Answer.OBJECTED),
        ("follow", _("What stands there was reported: end it here"), state is State.MOVED),
        ("again", _("Look and tell anew"), True),
    ]
    return [(verb, words) for verb, words, is_offered in offered if is_offered]


def _party(row: Any) -> dict[str, Any]:
    return {
        "party": row,
        "rung": labels.RUNGS[Rung(row.rung)],
        "source": labels.SOURCES[Source(row.source)],
        "sure": labels.SURE[Confidence(row.confidence)],
        "reach": defang(row.reach) if row.is_form and row.reach else row.reach,
    }


def _notice(row: Notice) -> dict[str, Any]:
    to_fill = row.is_form and row.sent_at is None and row.takedown.ended_at is None
    return {
        "notice": row,
        "rung": labels.RUNGS[Rung(row.party.rung)] if row.party else "",
        "text": mail.text_of(row) if to_fill else "",
        "form": row.recipient if to_fill else "",
    }


def _reply(row: Reply, *, may_act: bool) -> dict[str, Any]:
    return {
        "reply": row,
        "sort": labels.SORTS[Sort(row.sort)],
        "answer": labels.ANSWERS[Answer(row.answer)] if row.answer else "",
        "form": AnswerForm(auto_id=f"{row.id}-%s") if may_act and row.read_at is None else None,
    }


urlpatterns = [
    path("takedowns/", board, name="takedowns"),
    path("takedowns/scores/", scores, name="takedown-scores"),
    path("takedowns/<uuid:takedown_id>/", takedown, name="takedown"),
    path("takedowns/<uuid:takedown_id>/party/", name_party, name="takedown-party"),
    path("takedowns/<uuid:takedown_id>/hold/", hold, name="takedown-hold"),
    path("takedowns/<uuid:takedown_id>/answers/<uuid:reply_id>/", read_reply, name="takedown-answer"),
    path("takedowns/<uuid:takedown_id>/forms/<uuid:notice_id>/", form_sent, name="takedown-form"),
    path("takedowns/<uuid:takedown_id>/<slug:verb>/", act, name="takedown-act"),
]
