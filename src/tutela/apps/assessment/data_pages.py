"""Pages about the data themselves: what came in, what was refused and why, what was corrected, what was frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, can, require
from tutela.apps.assessment import data, importing, releasing
from tutela.apps.assessment.importing import DataSetError
from tutela.apps.assessment.releasing import ReleaseError
from tutela.domain.actors import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_ROWS_A_PAGE: Final = 100
_CHANGES_SHOWN: Final = 500


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class ImportForm(forms.Form):
    """A title; the files are read beside it, because Django's own field takes one."""

    title = forms.CharField(label=gettext_lazy("What is it?"), max_length=200)
    tables = forms.Field(
        label=gettext_lazy("Tables (CSV), or a data package with its datapackage.json"),
        widget=FilesInput(attrs={"accept": ".csv,.json,text/csv,application/json"}),
        required=False,
    )


class FreezeForm(forms.Form):
    """A name for what is frozen."""

    title = forms.CharField(label=gettext_lazy("Name of the release"), max_length=200)
    is_baseline = forms.BooleanField(label=gettext_lazy("Compare later releases with this one"), required=False)


class CorrectionForm(forms.Form):
    """Which value, what it becomes, why and by which source."""

    area = forms.CharField(max_length=14)
    span = forms.CharField(max_length=32)
    cell = forms.CharField(max_length=200, required=False)
    becomes = forms.FloatField(required=False)
    source = forms.CharField(max_length=64)
    reason = forms.CharField(max_length=releasing.REASON_CHARACTERS_MAX)


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def data_sets(request: HttpRequest) -> HttpResponse:
    """List what came in, and what was refused."""
    actor = actor_of(request)
    page = Paginator(importing.data_sets(actor), _ROWS_A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": page,
        "form": ImportForm(),
        "may_edit": can(actor, Permission.ASSESSMENT_DATA_EDIT),
    }
    context["overruled"] = set(data.overruled(actor))
    return render(request, "assessment/data_sets.html", context)


@require(Permission.ASSESSMENT_DATA_EDIT)
@require_POST
def data_import(request: HttpRequest) -> HttpResponse:
    """Take a package in, or show why not."""
    form = ImportForm(request.POST)
    given = request.FILES.getlist("tables")
    if not form.is_valid() or not given:
        messages.error(request, _("Give the data a title and at least one file."))
        return redirect("data-sets")
    files = {each.name or "observations.csv": each.read() for each in given}
    try:
        made = importing.take_in(actor_of(request), form.cleaned_data["title"], files)
    except DataSetError as error:
        messages.error(request, str(error))
        return redirect("data-sets")
    if made.was_taken:
        messages.success(request, _("Taken in. It stands in every page, and in the next release."))
    else:
        messages.error(request, _("Refused as a whole. These rows are the reason."))
    return redirect("data-set", made.id)


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def data_set(request: HttpRequest, data_set_id: UUID) -> HttpResponse:
    """Show one data set, and each row for which it was refused."""
    actor = actor_of(request)
    found = importing.data_set(actor, data_set_id)
    page = Paginator(found.refusals.all(), _ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {"data_set": found, "page": page, "overruled": data.overruled(actor).get(found.id, ())[:_ROWS_A_PAGE]}
    return render(request, "assessment/data_set.html", context)


@require(Permission.ASSESSMENT_DATA_EDIT)
@require_POST
def data_correct(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """Correct one value, or withdraw it."""
    form = CorrectionForm(request.POST)
    if form.is_valid():
        said: dict[str, Any] = form.cleaned_data
        key = (indicator_id, said["area"], said["span"], said["cell"])
        try:
            releasing.correct(actor_of(request), key, said["becomes"], reason=said["reason"], source=said["source"])
        except ReleaseError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Corrected. Releases that were frozen before keep the old value."))
    else:
        messages.error(request, _("Say why it is corrected, and by which source of the registry."))
    return redirect("assessment-indicator", indicator_id)


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """List the releases, the newest first."""
    actor = actor_of(request)
    context = {
        "releases": releasing.releases(actor),
        "form": FreezeForm(),
        "may_edit": can(actor, Permission.ASSESSMENT_DATA_EDIT),
    }
    return render(request, "assessment/releases.html", context)


@require(Permission.ASSESSMENT_DATA_EDIT)
@require_POST
def release_freeze(request: HttpRequest) -> HttpResponse:
    """Freeze everything as it stands."""
    form = FreezeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the release a name."))
        return redirect("releases")
    try:
        made = releasing.freeze(
            actor_of(request), form.cleaned_data["title"], is_baseline=form.cleaned_data["is_baseline"]
        )
    except ReleaseError as error:
        messages.error(request, str(error))
        return redirect("releases")
    messages.success(request, _("Frozen."))
    return redirect("release", made.id)


@require(Permission.ASSESSMENT_DATA_READ)
@require_safe
def release(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """Show what a release holds, and what differs from the baseline."""
    actor = actor_of(request)
    found = releasing.release(actor, release_id)
    registry = releasing.opened(found)
    baseline = releasing.releases(actor).filter(is_baseline=True).exclude(id=found.id).first()
    changes = releasing.changes_between(baseline, found) if baseline and baseline.number < found.number else ()
    context = {
        "release": found,
        "indicators": sorted(registry.catalogue.indicators.values(), key=lambda each: each.title),
        "values": len(registry.observations),
        "sources": len(registry.catalogue.sources),
        "baseline": baseline,
        "changes": changes[:_CHANGES_SHOWN],
        "change_count": len(changes),
        "definitions": registry.catalogue.indicators,
    }
    return render(request, "assessment/release.html", context)


urlpatterns = [
    path("assessment/data/", data_sets, name="data-sets"),
    path("assessment/data/import/", data_import, name="data-import"),
    path("assessment/data/<uuid:data_set_id>/", data_set, name="data-set"),
    path("assessment/indicators/<str:indicator_id>/correct/", data_correct, name="data-correct"),
    path("assessment/releases/", releases, name="releases"),
    path("assessment/releases/freeze/", release_freeze, name="release-freeze"),
    path("assessment/releases/<uuid:release_id>/", release, name="release"),
]
