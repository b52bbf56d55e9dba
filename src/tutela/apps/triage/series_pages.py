"""Series: how often each is sighted, month by month; the statement of circulation for a court."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, can, require
from tutela.apps.forms import DayField
from tutela.apps.triage import circulation, series
from tutela.apps.triage.services import TriageError, case
from tutela.domain.actors import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

ROWS_A_PAGE: Final = 50
HOSTS_SHOWN: Final = 50


class SpanForm(forms.Form):
    """From which day to which."""

    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("Until; this day is no part of it"), required=False)


class SeriesForm(forms.Form):
    """Of which series a file is."""

    item = forms.UUIDField(widget=forms.HiddenInput())
    name = forms.CharField(
        label=gettext_lazy("Code of the series"),
        max_length=series.NAME_CHARACTERS_MAX,
        help_text=gettext_lazy("A code of this organisation's own, never a name."),
    )


@require(Permission.TRIAGE_SERIES_READ)
@require_safe
def all_series(request: HttpRequest) -> HttpResponse:
    """List the series that are known here."""
    rows = series.all_series(actor_of(request))
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "triage/all_series.html", {"page": page})


@require(Permission.TRIAGE_SERIES_READ)
@require_safe
def one_series(request: HttpRequest, series_id: UUID) -> HttpResponse:
    """Show how one series goes round, as far as it was reported here."""
    actor = actor_of(request)
    found = series.find(actor, series_id)
    counted = series.circulation(found)
    hosts = series.hosts(found)
    context = {
        "series": found,
        "counted": counted,
        "counts": [month.sightings for month in counted.months],
        "hosts": hosts[:HOSTS_SHOWN],
        "hosts_more": max(0, len(hosts) - HOSTS_SHOWN),
        "form": SpanForm() if can(actor, Permission.TRIAGE_SERIES_EXPORT) else None,
    }
    return render(request, "triage/series.html", context)


@require(Permission.TRIAGE_SERIES_EXPORT)
@require_POST
def statement(request: HttpRequest, series_id: UUID) -> HttpResponse:
    """Make the statement of circulation and hand it out as a file: `form=json` for machines, PDF otherwise."""
    series.find(actor_of(request), series_id, Permission.TRIAGE_SERIES_EXPORT)
    span = SpanForm(request.POST)
    if not span.is_valid():
        messages.error(request, _("These are not two days."))
        return redirect("series", series_id)
    try:
        made = circulation.statement(actor_of(request), series_id, **span.cleaned_data)
    except TriageError as error:
        messages.error(request, str(error))
        return redirect("series", series_id)
    form = "json" if request.POST.get("form") == "json" else "pdf"
    name = f"circulation-{series_id}.{form}"
    return HttpResponse(
        made.json() if form == "json" else made.pdf(),
        content_type=f"application/{form}",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require(Permission.REVIEW_ITEM_DECIDE)
@require_POST
def put(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Say that a file of a case is of a series."""
    case(actor_of(request), case_id, Permission.REVIEW_ITEM_DECIDE)
    form = SeriesForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A series has a short code of its own, never a name."))
        return redirect("case", case_id)
    try:
        series.put(actor_of(request), case_id, form.cleaned_data["item"], form.cleaned_data["name"])
    except TriageError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is of that series from now on: each sighting counts."))
    return redirect("case", case_id)


urlpatterns = [
    path("series/", all_series, name="all-series"),
    path("series/<uuid:series_id>/", one_series, name="series"),
    path("series/<uuid:series_id>/statement/", statement, name="series-statement"),
    path("cases/<uuid:case_id>/series/", put, name="case-series"),
]
