"""The page that shows what holds a case together and what it shares with others; taking out, merging, undoing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, can, require
from tutela.apps.intake import public as intake
from tutela.apps.review import linking
from tutela.apps.review.services import ReviewError
from tutela.apps.triage import public as triage
from tutela.domain.actors import Permission

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_NOTE_CHARACTERS_MAX: Final = 4000
_REPORTS_MAX: Final = 200  # on the page


class MoveForm(forms.Form):
    """Why something moves; `other` is the case that is merged into this one."""

    other = forms.UUIDField(required=False, widget=forms.HiddenInput())
    note = forms.CharField(
        label=gettext_lazy("Why?"),
        required=False,
        max_length=_NOTE_CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept encrypted with the case."),
    )


@require(Permission.REVIEW_ITEM_READ)
@require_safe
def links(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show why each report is in this case, and which other cases have something in common with it."""
    actor = actor_of(request)
    case = triage.case(actor, case_id, Permission.REVIEW_ITEM_READ)
    led = triage.led_by(case_id)
    rows = intake.arrivals(case_id, count_max=_REPORTS_MAX)
    context = {
        "case": case,
        "reports": [
            {"id": report_id, "at": at, "because": triage.sentence_of(led.get(report_id, ""))} for report_id, at in rows
        ],
        "is_single": case.report_count == 1,
        "shared": [_shown(each) for each in triage.shared(actor, case)],
        "moves": [(each, triage.sentence_of(each.because)) for each in triage.moves(case_id)],
        "may_decide": can(actor, Permission.REVIEW_ITEM_DECIDE, triage.target_of(case)),
        "note": MoveForm(),
    }
    return render(request, "review/links.html", context)


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def take_out(request: HttpRequest, case_id: UUID, report_id: UUID) -> HttpResponse:
    """Take one report out of a case."""
    triage.case(actor_of(request), case_id, Permission.REVIEW_ITEM_DECIDE)
    note = _note(request)
    done = _("The report is taken out. It can be undone here.")
    return _tried(request, case_id, lambda: linking.take_out(actor_of(request), case_id, report_id, note), done)


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def merge(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Merge another case into this one."""
    triage.case(actor_of(request), case_id, Permission.REVIEW_ITEM_DECIDE)
    form = MoveForm(request.POST)
    other = form.cleaned_data["other"] if form.is_valid() else None
    if other is None:
        messages.error(request, _("Choose the other case."))
        return redirect("case-links", case_id)
    note = form.cleaned_data["note"]
    done = _("The cases are one now. It can be undone here.")
    return _tried(request, case_id, lambda: linking.merge(actor_of(request), other, case_id, note), done)


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def undo(request: HttpRequest, case_id: UUID, move_id: UUID) -> HttpResponse:
    """Undo what was taken out or merged."""
    triage.case(actor_of(request), case_id, Permission.REVIEW_ITEM_DECIDE)
    return _tried(request, case_id, lambda: linking.undo(actor_of(request), case_id, move_id), _("It is undone."))


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def answer_likeness(request: HttpRequest, case_id: UUID, likeness_id: UUID) -> HttpResponse:
    """Say whether two files that look alike are the same."""
    triage.case(actor_of(request), case_id, Permission.REVIEW_ITEM_DECIDE)
    given = request.POST.get("answer", "")
    if given in set(triage.Likeness.Answer):
        triage.answer_likeness(actor_of(request), likeness_id, triage.Likeness.Answer(given))
    else:
        messages.error(request, _("Say whether they are the same."))
    return redirect("case-links", case_id)


def _tried(request: HttpRequest, case_id: UUID, verb: Callable[[], object], done: str) -> HttpResponse:
    try:
        verb()
    except ReviewError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("case-links", case_id)


def _note(request: HttpRequest) -> str:
    form = MoveForm(request.POST)
    return str(form.cleaned_data["note"]) if form.is_valid() else ""


def _shown(shared: triage.Shared) -> dict[str, Any]:
    form = MoveForm(auto_id=f"{shared.case.id}-%s", initial={"other": shared.case.id})
    return {"case": shared.case, "sentences": shared.sentences, "alike": shared.alike, "form": form}


urlpatterns = [
    path("cases/<uuid:case_id>/links/", links, name="case-links"),
    path("cases/<uuid:case_id>/merge/", merge, name="case-merge"),
    path("cases/<uuid:case_id>/reports/<uuid:report_id>/take-out/", take_out, name="case-take-out"),
    path("cases/<uuid:case_id>/moves/<uuid:move_id>/undo/", undo, name="case-undo"),
    path("cases/<uuid:case_id>/likeness/<uuid:likeness_id>/", answer_likeness, name="likeness-answer"),
]
