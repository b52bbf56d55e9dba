"""The page of one case: what is known, why it is here, what can be decided. Nothing on it renders material."""

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
from tutela.apps.custody import public as custody
from tutela.apps.intake import public as intake
from tutela.apps.lists import public as lists
from tutela.apps.referral import public as referral
from tutela.apps.review import services
from tutela.apps.review.models import Decision
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.takedown import public as takedown
from tutela.apps.triage import public as triage
from tutela.domain.actors import Permission
from tutela.domain.addresses import defang
from tutela.domain.errors import TutelaError

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_NOTE_CHARACTERS_MAX: Final = 4000
_REPORTS_MAX: Final = 20  # on the page of the case; a page of their own has them all


class NoticeForm(forms.Form):
    """Who must act on one address."""

    recipient = forms.EmailField(
        label=gettext_lazy("E-mail address of who can remove it"),
        required=False,
        help_text=gettext_lazy(
            "The host's address for abuse; empty: whoever is found. Only who can act gets the address in full."
        ),
    )
    held = forms.BooleanField(label=gettext_lazy("The police ask to wait for a day"), required=False)


CLOSING: Final = {
    triage.Closing.DONE.value: gettext_lazy("What could be done is done"),
    triage.Closing.NOT_ILLEGAL.value: gettext_lazy("It is not illegal"),
    triage.Closing.OUT_OF_SCOPE.value: gettext_lazy("It is not for us"),
    triage.Closing.DUPLICATE.value: gettext_lazy("It is in another case already"),
    triage.Closing.MISTAKE.value: gettext_lazy("It was reported by mistake"),
    triage.Closing.HANDED_OVER.value: gettext_lazy("Another organisation accepted it"),
}
_CHOSEN: Final = [(value, words) for value, words in CLOSING.items() if value != triage.Closing.HANDED_OVER]


class ClosingForm(forms.Form):
    """Why a case is closed."""

    because = forms.ChoiceField(label=gettext_lazy("Why?"), choices=_CHOSEN)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=_NOTE_CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept encrypted with the case."),
    )


@require(Permission.REVIEW_ITEM_READ)
@require_safe
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show one case."""
    actor = actor_of(request)
    shown = triage.case(actor, case_id, Permission.REVIEW_ITEM_READ)
    target = triage.target_of(shown)
    is_waiting, is_closed = (shown.state == each for each in (triage.CaseState.WAITING, triage.CaseState.CLOSED))
    matches = list(triage.matches(shown.id))
    may_confirm = is_waiting and triage.may_confirm_unseen(each.kind for each in matches)
    may_read = can(actor, Permission.INTAKE_REPORT_READ, target)
    may_send = shown.state == triage.CaseState.CONFIRMED and can(actor, Permission.TAKEDOWN_NOTICE_SEND, target)
    context = {
        "case": shown,
        "items": triage.items(shown.id),
        "because": triage.because(shown),
        "clocks": triage.running(shown),
        "why_here": triage.why_here(shown),
        "elsewhere": triage.elsewhere(shown.id),
        "may_ask_elsewhere": not is_closed and can(actor, Permission.REVIEW_ITEM_DECIDE, target),
        "proposals": triage.proposals_of(shown),
        "matches": matches,
        "series": triage.series_of(shown.id),
        "carried": triage.carried(shown.id),
        "retracted": triage.retracted(shown.id),
        "own": lists.of_case(actor, shown),
        "decisions": Decision.objects.filter(case_id=shown.id),
        "reports": intake.reports_of(shown.id, count_max=_REPORTS_MAX) if may_read else (),
        "missing": intake.missing_of(shown.id),
        "addresses": _addresses(shown, may_send=may_send),
        "events": custody.history(actor, shown.id),
        "refused": triage.refused_lookups(shown.id),
        "is_waiting": is_waiting,
        "is_closed": is_closed,
        "closed_because": CLOSING.get(shown.closed_because, ""),
        "closing": ClosingForm() if not is_closed and can(actor, Permission.REVIEW_ITEM_CLOSE, target) else None,
        "is_in_danger": safeguarding.is_in_danger(shown.id),
        "may_send": can(actor, Permission.TAKEDOWN_NOTICE_SEND, target),
        "may_confirm": may_confirm and can(actor, Permission.REVIEW_ITEM_DECIDE, target),
        "may_decide": can(actor, Permission.REVIEW_ITEM_DECIDE, target),
        "filed": referral.told(shown.id) if can(actor, Permission.REFERRAL_FILING_READ, target) else (),
        "may_raise": can(actor, Permission.SAFEGUARDING_CONCERN_RAISE, target),
    }
    return render(request, "review/case.html", context)


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def confirm(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Confirm without viewing."""
    try:
        services.confirm_unseen(actor_of(request), case_id)
    except services.ReviewError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Confirmed without viewing. You can have the notice sent now."))
    return redirect("case", case_id)


@require(Permission.REVIEW_ITEM_CLOSE)
@require_POST
def close(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Close a case for a reason."""
    triage.case(actor_of(request), case_id, Permission.REVIEW_ITEM_CLOSE)
    form = ClosingForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose why the case is closed."))
        return redirect("case", case_id)
    values = form.cleaned_data
    try:
        triage.close(actor_of(request), case_id, triage.Closing(values["because"]), values["note"])
    except triage.TriageError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The case is closed."))
    return redirect("case", case_id)


@require(Permission.TAKEDOWN_NOTICE_SEND)
@require_POST
def probe_again(request: HttpRequest, case_id: UUID, location_id: UUID) -> HttpResponse:
    """Have one address probed again."""
    try:
        services.probe_again(actor_of(request), case_id, location_id)
    except TutelaError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is asked again from now on."))
    return redirect("case", case_id)


@require(Permission.TAKEDOWN_NOTICE_SEND)
@require_POST
def send_notice(request: HttpRequest, case_id: UUID, location_id: UUID) -> HttpResponse:
    """Have a notice sent about one address."""
    triage.case(actor_of(request), case_id, Permission.TAKEDOWN_NOTICE_SEND)
    form = NoticeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This is not an e-mail address."))
        return redirect("case", case_id)
    try:
        values = form.cleaned_data
        services.send_notice(actor_of(request), case_id, location_id, values["recipient"], held=values["held"])
    except TutelaError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is under way. Whether it is gone will be looked at from now on."))
    return redirect("case", case_id)


def _addresses(case: triage.Case, *, may_send: bool) -> list[dict[str, Any]]:
    standing = takedown.of_case(case.id)
    locations = triage.locations(case.id)
    custody.open_together(locations)
    addresses = {location.id: location.address for location in locations if location.address}
    listed = lists.entries_at(case.organisation_id, addresses)
    return [
        {
            "location": location,
            "address": defang(location.address or ""),
            "listed": listed.get(location.id),
            "standing": standing.get(location.id),
            "form": NoticeForm(auto_id=f"{location.id}-%s") if may_send and location.id not in standing else None,
        }
        for location in locations
    ]


urlpatterns = [
    path("cases/<uuid:case_id>/", case, name="case"),
    path("cases/<uuid:case_id>/confirm/", confirm, name="case-confirm"),
    path("cases/<uuid:case_id>/close/", close, name="case-close"),
    path("cases/<uuid:case_id>/notices/<uuid:location_id>/probe/", probe_again, name="case-probe"),
    path("cases/<uuid:case_id>/notices/<uuid:location_id>/", send_notice, name="case-notice"),
]
