"""The one queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, require
from tutela.apps.triage import services
from tutela.apps.triage.labels import because
from tutela.domain.actors import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

ROWS_A_PAGE: Final = 50


@require(Permission.REVIEW_ITEM_READ)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List what waits for a decision, with why it stands where it stands."""
    rows = services.queue(actor_of(request)).distinct()
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    listed = [{"case": case, "because": because(case)} for case in page]
    return render(request, "triage/queue.html", {"listed": listed, "page": page})


@require(Permission.SAFEGUARDING_CONCERN_RAISE)
@require_POST
def raise_danger(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Say that a child is in danger now."""
    services.raise_danger(actor_of(request), case_id)
    messages.warning(request, _("The case has left the queue. Somebody must take it now."))
    return redirect("safeguarding")


urlpatterns = [
    path("queue/", queue, name="queue"),
    path("cases/<uuid:case_id>/danger/", raise_danger, name="case-danger"),
]
