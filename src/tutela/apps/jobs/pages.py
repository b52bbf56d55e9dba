"""Pages about background work: how the queue is, and what was given up, to understand, run again or discard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tutela.apps.access.public import actor_of, can, require
from tutela.apps.jobs import services
from tutela.apps.jobs.registry import UnknownJobError
from tutela.apps.jobs.rules import PayloadError
from tutela.domain.actors import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

ROWS_A_PAGE: Final = 50


@require(Permission.JOBS_JOB_READ)
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """Say how the queue is and list what was given up, newest first."""
    page = Paginator(services.dead_jobs(actor_of(request)), ROWS_A_PAGE).get_page(request.GET.get("page"))
    listed = [{"dead": dead, "why": services.explain(dead)} for dead in page]
    return render(request, "jobs/jobs.html", {"listed": listed, "page": page, "backlog": services.backlog()})


@require(Permission.JOBS_JOB_READ)
@require_safe
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Show one piece of work that was given up."""
    actor = actor_of(request)
    dead = services.dead_job(actor, job_id)
    context = {
        "dead": dead,
        "why": services.explain(dead),
        "arguments": sorted(dead.payload.items()),
        "may_rerun": can(actor, Permission.JOBS_JOB_RERUN),
    }
    return render(request, "jobs/job.html", context)


@require(Permission.JOBS_JOB_RERUN)
@require_POST
def rerun(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Put it back into the queue."""
    try:
        services.rerun(actor_of(request), job_id)
    except (PayloadError, UnknownJobError):
        messages.error(
            request, _("This version of Tutela cannot do this work. Discard it, or go back to the other version.")
        )
        return redirect("job", job_id)
    messages.success(request, _("It is in the queue again."))
    return redirect("jobs")


@require(Permission.JOBS_JOB_RERUN)
@require_POST
def discard(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Give it up for good."""
    services.discard(actor_of(request), job_id)
    messages.success(request, _("The work has been discarded; the record says so."))
    return redirect("jobs")


urlpatterns = [
    path("jobs/", jobs, name="jobs"),
    path("jobs/<uuid:job_id>/", job, name="job"),
    path("jobs/<uuid:job_id>/rerun/", rerun, name="job-rerun"),
    path("jobs/<uuid:job_id>/discard/", discard, name="job-discard"),
]
