"""Pages: files of reports that were brought, what became of each row, and bringing one.

A file that is sent here is read in memory, within the limit of a request, and kept nowhere; a larger one is brought by
`tutela intake import`. What is shown of a row is its number, its outcome and a reason that does not quote it.
"""

from __future__ import annotations

import csv
import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Final

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from tutela.apps.access.public import actor_of, require
from tutela.apps.intake import importing, labels
from tutela.apps.intake.models import Import, RowOutcome
from tutela.domain.actors import Permission
from tutela.domain.errors import FormatError
from tutela.domain.ids import OrganisationId
from tutela.engine.formats.reports import read_reports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.http import HttpRequest

ROWS_A_PAGE: Final = 100
IMPORTS_SHOWN: Final = 50
_SENDER_CHARACTERS_MAX: Final = 100
_NUMBER_DIGITS_MAX: Final = 18
_NOT_TAKEN: Final = (RowOutcome.REFUSED, RowOutcome.KEY_REUSED)


class ImportForm(forms.Form):
    """A file of reports, and who brought it."""

    sender = forms.CharField(
        label=gettext_lazy("Who brought it"),
        max_length=_SENDER_CHARACTERS_MAX,
        validators=[RegexValidator(r"\A[^\x00-\x1f\x7f]+\Z")],
        help_text=gettext_lazy(
            "Always the same name for the same partner: their own names of rows mean something under it alone."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV, JSON lines, or a Project VIC file: words and digests, no pictures. It is read in memory and not kept."
        ),
    )


@require(Permission.INTAKE_IMPORT_READ)
@sensitive_post_parameters()
def imports(request: HttpRequest) -> HttpResponse:
    """List the files that were brought, newest first, and take one in, of whoever may hand reports in."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (run := _taken_in(request, form)) is not None:
        return redirect("import", run.id)
    listed = importing.imports(actor_of(request))[:IMPORTS_SHOWN]
    return render(request, "intake/imports.html", {"form": form, "listed": listed}, status=400 if form.errors else 200)


@require(Permission.INTAKE_IMPORT_READ)
@require_safe
def import_(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Show how far one file was read, how many rows had each outcome, and the rows."""
    run = importing.import_of(actor_of(request), import_id)
    only = request.GET.get("only", "")
    only = only if only in set(RowOutcome) else ""
    after = request.GET.get("after", "")
    begin = int(after) if after.isascii() and after.isdigit() and len(after) <= _NUMBER_DIGITS_MAX else 0
    rows = run.rows.filter(number__gt=begin, **({"outcome": only} if only else {})).select_related("report")
    listed = list(rows[: ROWS_A_PAGE + 1])
    context = {
        "run": run,
        "counts": [(each.value, labels.OUTCOMES[each], count) for each, count in importing.outcomes(run).items()],
        "outcomes": [(each.value, labels.OUTCOMES[each]) for each in RowOutcome],
        "only": only,
        "is_first": begin == 0,
        "listed": [(row, labels.OUTCOMES[RowOutcome(row.outcome)], _why(row.problem)) for row in listed[:ROWS_A_PAGE]],
        "next": listed[ROWS_A_PAGE - 1].number if len(listed) > ROWS_A_PAGE else None,
    }
    return render(request, "intake/import.html", context)


@require(Permission.INTAKE_IMPORT_READ)
@require_safe
def refused_rows(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Download the rows that were not taken in, by number and reason: no word of what stands in them."""
    run = importing.import_of(actor_of(request), import_id)
    headers = {"Content-Disposition": f'attachment; filename="refused-{run.id}.csv"'}
    return HttpResponse(_refused(run), content_type="text/csv; charset=utf-8", headers=headers)


class _Line:
    """What `csv` writes to; it hands each line back."""

    def write(self, line: str) -> str:
        """Return it."""
        return line


def _refused(run: Import) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(("row", "outcome", "reason"))
    rows = run.rows.filter(outcome__in=_NOT_TAKEN).values_list("number", "outcome", "problem")
    for number, outcome, problem in rows.iterator():
        yield writer.writerow((number, outcome, _why(problem)))


def _taken_in(request: HttpRequest, form: ImportForm) -> Import | None:
    """Take the rows of a file in; None where the form says that it is no file of reports."""
    actor, content = actor_of(request), form.cleaned_data["file"].read()
    assert actor.organisation_id is not None
    run = None
    try:
        with read_reports(BytesIO(content), len(content)) as rows:
            brought = importing.Brought(
                OrganisationId(actor.organisation_id),
                form.cleaned_data["sender"],
                hashlib.sha256(content).hexdigest(),
                rows.format.value,
            )
            for run in importing.take_in(actor, brought, rows):  # noqa: B007 - the last one is what is shown
                pass
            if rows.notes.columns_unread:
                names = ", ".join(rows.notes.columns_unread)
                messages.warning(request, _("Columns that were not read: %(names)s") % {"names": names})
    except FormatError as error:
        if run is None:
            form.add_error("file", _("It was not taken in: %(why)s") % {"why": error})
        else:
            messages.error(request, _("Reading broke off: %(why)s") % {"why": error})
    return run


def _why(problem: str) -> str:
    if problem == RowOutcome.KEY_REUSED:
        return str(labels.OUTCOMES[RowOutcome.KEY_REUSED])
    return labels.problem_of(problem) if problem else ""


urlpatterns = [
    path("imports/", imports, name="imports"),
    path("imports/<uuid:import_id>/", import_, name="import"),
    path("imports/<uuid:import_id>/refused.csv", refused_rows, name="import-refused"),
]
