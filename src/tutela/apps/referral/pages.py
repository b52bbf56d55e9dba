"""Reports to authorities: all that are within reach, those of a case, and each with its receipt, clock and calls."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, can, require, visible
from tutela.apps.custody.public import open_together
from tutela.apps.referral import authorities, forms, preserving, services, showing
from tutela.apps.referral.models import Filing, Preservation
from tutela.apps.referral.words import Keeper, Outcome, Said
from tutela.apps.triage import public as triage
from tutela.domain.actors import Permission
from tutela.domain.errors import TutelaError
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest

    from tutela.domain.actors import Actor

ROWS_A_PAGE: Final = 50
_P: Final = Permission


@require(Permission.REFERRAL_FILING_READ)
@require_safe
def filings(request: HttpRequest) -> HttpResponse:
    """List the reports to authorities within reach: what waits for a person first, what has ended last."""
    reach = visible(actor_of(request), _P.REFERRAL_FILING_READ, teams="case__team")
    rows = Filing.objects.filter(reach).annotate(place=showing.PLACE).order_by("place", "-written_at", "-id")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    open_together(list(page))
    return render(request, "referral/filings.html", {"listed": [showing.line(each) for each in page], "page": page})


@require(Permission.REFERRAL_FILING_READ)
@require_safe
def outbox(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show what of a case went to whom, and to whom it may go."""
    actor = actor_of(request)
    case = triage.case(actor, case_id, _P.REFERRAL_FILING_READ)
    rows = list(Filing.objects.filter(case_id=case.id))
    open_together(rows)
    known = authorities.proposed(case.facts.get("jurisdictions", ()), clock.now().date())
    may_draft = can(actor, _P.REFERRAL_FILING_EDIT, triage.target_of(case)) and case.state != triage.CaseState.CLOSED
    context = {
        "case": case,
        "listed": [showing.line(each) for each in rows],
        "known": [showing.proposal(each) for each in known],
        "form": forms.DraftForm(known=known) if may_draft and known else None,
    }
    return render(request, "referral/outbox.html", context)


@require(Permission.REFERRAL_FILING_EDIT)
@require_POST
def draft(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Write a draft."""
    actor = actor_of(request)
    triage.case(actor, case_id, _P.REFERRAL_FILING_EDIT)
    try:
        made = services.draft(actor, case_id, request.POST.get("authority", ""))
    except TutelaError as error:
        messages.error(request, str(error))
        return redirect("case-filings", case_id)
    messages.success(request, _("The draft is written. Read what it says before somebody approves it."))
    return redirect("filing", made.id)


@require(Permission.REFERRAL_FILING_READ)
@require_safe
def filing(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Show one report: what it says, how good it is, where it stands, and every call that was made for it."""
    actor = actor_of(request)
    found = services.filing(actor, filing_id)
    return render(request, "referral/filing.html", showing.whole(actor, found))


@require(Permission.REFERRAL_FILING_EDIT)
@require_POST
def change(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Change what a draft says."""
    actor = actor_of(request)
    found = services.filing(actor, filing_id, _P.REFERRAL_FILING_EDIT)
    form = forms.ChangeForm(request.POST, said=showing.said(found))
    return _done(request, found.id, form, lambda values: services.change(actor, found.id, **values))


@require(Permission.REFERRAL_FILING_APPROVE)
@require_POST
def step(request: HttpRequest, filing_id: UUID, step: str) -> HttpResponse:
    """Let a report go, go on, be taken back, be settled or be handed over."""
    actor = actor_of(request)
    services.filing(actor, filing_id, _P.REFERRAL_FILING_APPROVE)
    if step not in _STEPS:
        raise Http404
    make, act = _STEPS[step]
    return _done(request, filing_id, make(request.POST), lambda values: act(actor, filing_id, values))


@require(Permission.REFERRAL_FILING_APPROVE)
@require_POST
def package(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Give the signed package to whoever hands it over."""
    actor = actor_of(request)
    services.filing(actor, filing_id, _P.REFERRAL_FILING_APPROVE)
    try:
        made = services.package(actor, filing_id)
    except TutelaError as error:
        messages.error(request, str(error))
        return redirect("filing", filing_id)
    headers = {"Content-Disposition": f'attachment; filename="package-{filing_id}.txt"'}
    return HttpResponse(made, content_type="text/plain; charset=utf-8", headers=headers)


@require(Permission.REFERRAL_FILING_EDIT)
@require_POST
def feedback(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Keep what an authority said."""
    actor = actor_of(request)
    services.filing(actor, filing_id, _P.REFERRAL_FILING_EDIT)

    def keep(values: dict[str, Any]) -> None:
        outcome = Outcome(values["outcome"]) if values["outcome"] else None
        services.keep_feedback(actor, filing_id, Said(values["said"]), outcome, values["note"])

    return _done(request, filing_id, forms.FeedbackForm(request.POST), keep)


@require(Permission.REFERRAL_FILING_EDIT)
@require_POST
def keep(request: HttpRequest, filing_id: UUID, preservation_id: UUID, step: str) -> HttpResponse:
    """Extend what is kept, name who keeps it, or end it."""
    actor = actor_of(request)
    services.filing(actor, filing_id, _P.REFERRAL_FILING_EDIT)
    if step not in _KEEPING or not Preservation.objects.filter(id=preservation_id, filing_id=filing_id).exists():
        raise Http404
    make, act = _KEEPING[step]
    return _done(request, filing_id, make(request.POST), lambda values: act(actor, preservation_id, values))


def _done(request: HttpRequest, filing_id: UUID, form: Form, act: Callable[[dict[str, Any]], None]) -> HttpResponse:
    if not form.is_valid():
        messages.error(request, _("Something is missing. Please fill in every field."))
        return redirect("filing", filing_id)
    try:
        act(form.cleaned_data)
    except TutelaError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It has been written down."))
    return redirect("filing", filing_id)


def _extend(actor: Actor, preservation_id: UUID, values: dict[str, Any]) -> None:
    until = datetime.combine(values["until"], time(), tzinfo=UTC)
    preserving.extend(actor, preservation_id, until, values["note"])


_STEPS: Final[dict[str, tuple[Callable[..., Form], Any]]] = {
    "approve": (Form, lambda actor, one, _values: services.approve(actor, one)),
    "resume": (Form, lambda actor, one, _values: services.resume(actor, one)),
    "withdraw": (forms.NoteForm, lambda actor, one, values: services.withdraw(actor, one, values["note"])),
    "settle": (
        forms.SettleForm,
        lambda actor, one, values: services.settle(actor, one, values["reference"], values["note"]),
    ),
    "hand-over": (forms.HandOverForm, lambda actor, one, values: services.hand_over(actor, one, values["note"])),
}
_KEEPING: Final[dict[str, tuple[Callable[..., Form], Any]]] = {
    "extend": (forms.ExtendForm, _extend),
    "keeper": (
        forms.KeeperForm,
        lambda actor, one, values: preserving.name_keeper(actor, one, Keeper(values["keeper"]), values["name"]),
    ),
    "end": (forms.EndForm, lambda actor, one, values: preserving.end(actor, one, values["note"])),
}

urlpatterns = [
    path("filings/", filings, name="filings"),
    path("filings/<uuid:filing_id>/", filing, name="filing"),
    path("filings/<uuid:filing_id>/change/", change, name="filing-change"),
    path("filings/<uuid:filing_id>/package/", package, name="filing-package"),
    path("filings/<uuid:filing_id>/feedback/", feedback, name="filing-feedback"),
    path("filings/<uuid:filing_id>/kept/<uuid:preservation_id>/<slug:step>/", keep, name="filing-keep"),
    path("filings/<uuid:filing_id>/steps/<slug:step>/", step, name="filing-step"),
    path("cases/<uuid:case_id>/filings/", outbox, name="case-filings"),
    path("cases/<uuid:case_id>/filings/draft/", draft, name="filing-draft"),
]
