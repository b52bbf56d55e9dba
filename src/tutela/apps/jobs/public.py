"""What other apps may ask of jobs: to do something later, once, if their transaction commits.

    @job("takedown.probe", lease_s=120)
    def probe(notice_id: str) -> None: ...                                       # in takedown/tasks.py

    with transaction.atomic():
        notice = Notice.objects.create(...)
        enqueue("takedown.probe", {"notice_id": str(notice.id)}, key=f"probe:{notice.id}", run_at=tomorrow)

The function runs at least once and *takes effect* once: its database effects and its completion are one transaction.
What it does to the outside world (mail, requests) may happen again after a crash, so it carries the id of the row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutela.apps.access.public import can
from tutela.apps.jobs.models import DeadJob
from tutela.apps.jobs.queue import LeaseLostError, NoTransactionError, enqueue
from tutela.apps.jobs.registry import Finish, UnknownJobError, job, periodic
from tutela.apps.jobs.rules import ErrorCode, PayloadError
from tutela.apps.jobs.services import (
    Backlog,
    backlog,
    dead_job,
    dead_jobs,
    discard,
    explain,
    is_under_way,
    overdue,
    rerun,
)
from tutela.apps.jobs.worker import run_worker, run_worker_process
from tutela.domain.actors import Actor, Permission
from tutela.domain.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutela.domain.period import Period

__all__ = [
    "Backlog",
    "ErrorCode",
    "Finish",
    "LeaseLostError",
    "NoTransactionError",
    "PayloadError",
    "UnknownJobError",
    "backlog",
    "dead_job",
    "dead_jobs",
    "discard",
    "enqueue",
    "explain",
    "indicators",
    "is_under_way",
    "job",
    "overdue",
    "periodic",
    "rerun",
    "run_worker",
    "run_worker_process",
    "waiting",
]


def indicators(period: Period) -> Mapping[str, int]:
    """Return what jobs can count: work that was given up in the period and still waits for a person."""
    return {"jobs-given-up": DeadJob.objects.filter(died_at__gte=period.start, died_at__lt=period.end).count()}


def waiting(actor: Actor) -> list[Waiting]:
    """Return what waits for this actor: work that was given up."""
    if not can(actor, Permission.JOBS_JOB_RERUN):
        return []
    from django.utils.translation import gettext as _  # noqa: PLC0415 - only where somebody looks

    count = DeadJob.objects.count()
    return [Waiting(_("Work that was given up"), count, "/jobs/")] if count else []
