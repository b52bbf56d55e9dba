"""Pages of the record: the custody report of one case, to be taken to court."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from tutela.apps.access.public import Permission, actor_of, require
from tutela.apps.custody import reporting
from tutela.apps.custody.exporting import NothingToExportError

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest


@require(Permission.CUSTODY_LEDGER_EXPORT)
@require_POST
def custody_report(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Make the report of one case and hand it out as a file: `form=json` for machines, PDF otherwise."""
    try:
        made = reporting.report(actor_of(request), case_id)
    except NothingToExportError as error:
        raise Http404 from error
    form = "json" if request.POST.get("form") == "json" else "pdf"
    return HttpResponse(
        made.json() if form == "json" else made.pdf(),
        content_type=f"application/{form}",
        headers={
            "Content-Disposition": f'attachment; filename="custody-{case_id}.{form}"',
            "Cache-Control": "no-store",
        },
    )


urlpatterns = [path("ledger/<uuid:case_id>/report/", custody_report, name="custody-report")]
