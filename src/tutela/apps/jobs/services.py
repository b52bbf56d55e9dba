"""The verbs on work that was given up: see it, understand it, run it again, discard it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from tutela.apps.access.public import authorise
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, record
from tutela.apps.jobs import queue
from tutela.apps.jobs.models import DeadJob, Job
from tutela.apps.jobs.rules import ErrorCode
from tutela.domain.actors import Actor, Permission
from tutela.engine import clock

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.domain.ids import JobId

EXPLANATIONS: Final[dict[ErrorCode, Any]] = {
    ErrorCode.FAILED: _(
        "The work ended in an error that nobody foresaw. The place in the code tells a developer more."
    ),
    ErrorCode.REFUSED: _("The work could not be done as things stand, for example because a setting is missing."),
    ErrorCode.DATABASE: _("The database was away, full or read-only."),
    ErrorCode.WORKER_DIED: _(
        "The process ended in the middle each time, or stood still. It may have run out of memory on this job."
    ),
    ErrorCode.LEASE_LOST: _("The work took longer than it may, so another worker had begun it again."),
    ErrorCode.UNKNOWN_NAME: _("This version of Tutela does no such work. An older or newer one asked for it."),
    ErrorCode.WRONG_ARGUMENTS: _(
        "This version of Tutela does such work in another way. Running it again will not help."
    ),
}
WORTH_A_RERUN: Final = frozenset(ErrorCode) - {ErrorCode.WRONG_ARGUMENTS}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a job was given up, for a person. `what` is translated."""

    what: str
    attempts: int
    place: str
    worth_a_rerun: bool


@dataclass(frozen=True, slots=True)
class Backlog:
    """How the queue is. `oldest_s` is how long the longest-waiting job has been ready or waiting for its time."""

    waiting: int
    running: int
    dead: int
    oldest_s: float


def dead_jobs(actor: Actor) -> QuerySet[DeadJob]:
    """Return the dead letters, newest first."""
    authorise(actor, Permission.JOBS_JOB_READ)
    return DeadJob.objects.all()


def dead_job(actor: Actor, job_id: UUID) -> DeadJob:
    """Return one dead letter; `Http404` where there is none."""
    authorise(actor, Permission.JOBS_JOB_READ)
    return _dead(job_id)


def explain(dead: DeadJob) -> Explanation:
    """Say in plain words why a job was given up, and whether running it again may help."""
    code = ErrorCode(dead.error)
    return Explanation(str(EXPLANATIONS[code]), dead.attempts, dead.place, code in WORTH_A_RERUN)


@transaction.atomic
def rerun(actor: Actor, job_id: UUID) -> JobId:
    """Put a dead letter back into the queue, with all its attempts before it; return the new job's id."""
    authorise(actor, Permission.JOBS_JOB_RERUN)
    dead = _dead(job_id, lock=True)
    made = queue.enqueue(dead.name, dead.payload, key=dead.key)
    dead.delete()
    record(Action.JOB_RERUN, kind=ObjectKind.JOB, object_id=job_id, actor=actor, reason=ReasonCode.PERSON_DECIDED)
    return made


@transaction.atomic
def discard(actor: Actor, job_id: UUID) -> None:
    """Give a dead letter up for good."""
    authorise(actor, Permission.JOBS_JOB_RERUN)
    _dead(job_id, lock=True).delete()
    record(Action.JOB_ABANDONED, kind=ObjectKind.JOB, object_id=job_id, actor=actor, reason=ReasonCode.PERSON_DECIDED)


def backlog() -> Backlog:
    """Return how the queue is, for the status page and for metrics."""
    oldest = Job.objects.filter(lease=None).order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    return Backlog(
        waiting=Job.objects.filter(lease=None).count(),
        running=Job.objects.exclude(lease=None).count(),
        dead=DeadJob.objects.count(),
        oldest_s=max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0,
    )


def is_under_way(key: str) -> bool:
    """Return whether work with this key waits or runs: it was neither done nor given up."""
    return Job.objects.filter(key=key).exists()


def overdue(wait_s: int) -> datetime | None:
    """Return since when a job has been ready without anybody taking it, where that is longer than `wait_s` ago."""
    moment = clock.now()
    waiting = Job.objects.filter(lease=None).annotate(ready_at=Coalesce("run_at", "enqueued_at"))
    since = waiting.aggregate(since=Min("ready_at"))["since"]
    return since if since and since < moment - timedelta(seconds=wait_s) else None


def _dead(job_id: UUID, *, lock: bool = False) -> DeadJob:
    rows = DeadJob.objects.select_for_update() if lock else DeadJob.objects.all()
    try:
        return rows.get(id=job_id)
    except DeadJob.DoesNotExist:
        raise Http404 from None
