"""The life of a job: enqueued, leased, finished; or failed, tried again, given up. Each verb is one transaction.

Rules:

1. A job is enqueued in its caller's transaction: if that is rolled back, there is no job.
2. Work is done under a *lease*: an id that only its holder knows, and an end. The holder extends it by a heartbeat.
3. Whoever finishes deletes the row *where the lease is still theirs*, in the transaction that holds the work's own
   effects. If the row is gone or leased anew, all is rolled back. So whatever dies, whenever: the effects and the
   completion are both there or both not, and no second run can add its effects to those of a first.
4. A lease that ended belongs to a dead worker. The reaper gives the job back to the queue; the attempt counts.
5. No clock is trusted for long. A lease that ends later than its whole length from now (the clock was set back) is
   shortened, and so is the wait before another try; what is to run at once has no time at all. Only a time that the
   caller chose stands as it is.
"""

from __future__ import annotations

import random
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F, Q

from tutela.apps.jobs import registry, rules, store
from tutela.apps.jobs.models import PLACE_CHARACTERS_MAX, DeadJob, Job, Tick
from tutela.apps.jobs.rules import ErrorCode
from tutela.domain.errors import TutelaError
from tutela.domain.ids import JobId
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db import models

_TICK_KEY: Final = "periodic:"
_jitter: Final = random.SystemRandom()


class NoTransactionError(TutelaError):
    """A job was enqueued outside a transaction, so that it and its cause could part."""


class LeaseLostError(TutelaError):
    """Somebody else holds this job by now: nothing of this run may stay."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do one job, for a time."""

    job_id: JobId
    token: UUID
    name: str
    payload: Mapping[str, str | int]
    attempt: int
    asked: int
    lease_s: int


#### Into the queue ####


def enqueue(
    name: str, payload: Mapping[str, str | int], *, key: str | None = None, run_at: datetime | None = None
) -> JobId:
    """Add a job in the caller's transaction. With a `key` that waits already, that one stands; its id is returned."""
    if not transaction.get_connection().in_atomic_block:
        raise NoTransactionError(f"{name} was enqueued outside a transaction")
    work = registry.work_named(name)
    rules.check_payload(payload)
    work.check_arguments(payload)
    if key is not None:
        rules.check_key(key)
    return JobId(store.enqueue(Job(name=name, payload=dict(payload), key=key, run_at=run_at, priority=work.priority)))


def tick() -> int:
    """Enqueue the periodic work that is due; return how much was."""
    ran = 0
    for work in registry.periodic_works():
        moment = clock.now()
        due_at = Tick.objects.filter(name=work.name).values_list("due_at", flat=True).first()
        if due_at is None:
            Tick.objects.bulk_create([Tick(name=work.name, due_at=moment)], ignore_conflicts=True)
            due_at = moment
        wait_s = rules.next_tick(due_at, moment, work.every_s or 1)
        if wait_s is None:
            continue
        with transaction.atomic():
            later = moment + timedelta(seconds=wait_s)
            if Tick.objects.filter(name=work.name, due_at=due_at).update(due_at=later):
                enqueue(work.name, {}, key=f"{_TICK_KEY}{work.name}")
                ran += 1
    return ran


#### Under a lease ####


def claim(worker: str) -> Lease | None:
    """Lease the most urgent job that waits; None if there is none."""
    ready = _ready()
    if not ready.exists():  # looking costs no lock
        return None
    with transaction.atomic():
        found = ready.select_for_update(skip_locked=True).order_by("priority", "id").first()
        if found is None:
            return None
        try:
            lease_s = registry.work_named(found.name).lease_s
        except registry.UnknownJobError:
            lease_s = registry.LEASE_S
        found.lease, found.worker, found.attempts = clock.new_id(), worker, found.attempts + 1
        found.leased_until = clock.now() + timedelta(seconds=lease_s)
        found.save(update_fields=["lease", "worker", "attempts", "leased_until"])
    return Lease(JobId(found.id), found.lease, found.name, found.payload, found.attempts, found.asked, lease_s)


def beat(lease: Lease) -> bool:
    """Extend a lease. False if it is lost."""
    until = clock.now() + timedelta(seconds=lease.lease_s)
    return bool(_held(lease).update(leased_until=until))


@contextmanager
def finishing(lease: Lease) -> Iterator[None]:
    """One transaction for the effects in the block and the completion of the job. `LeaseLostError` rolls both back."""
    with transaction.atomic():
        yield
        done, _ = _held(lease).filter(asked=lease.asked).delete()
        if not done and not _held(lease).update(**_NO_LEASE, attempts=0, run_at=None, error="", place=""):
            raise LeaseLostError(f"{lease.name} was taken over by another worker")


def fail(lease: Lease, error: ErrorCode, place: str = "") -> None:
    """Give a job that failed back to the queue for later, or to the dead letters."""
    with transaction.atomic():
        found = _held(lease).select_for_update().first()
        if found is not None:
            _put_back(found, error, place)


def give_back(lease: Lease) -> None:
    """Return a job that was not done, as if it had never been taken: the worker stops."""
    _held(lease).update(**_NO_LEASE, attempts=F("attempts") - 1)


def reap() -> int:
    """Put the jobs of dead workers back; return how many there were."""
    moment = clock.now()
    with transaction.atomic():
        over = Job.objects.select_for_update(skip_locked=True).filter(leased_until__lte=moment).exclude(lease=None)
        dead = list(over[:100])
        for job in dead:
            _put_back(job, ErrorCode.WORKER_DIED, "")
    _shorten_leases(moment)
    _shorten_waits(moment)
    return len(dead)


_NO_LEASE: Final = {"lease": None, "leased_until": None, "worker": ""}


def _ready() -> models.QuerySet[Job]:
    return Job.objects.filter(Q(run_at=None) | Q(run_at__lte=clock.now()), lease=None)


def _held(lease: Lease) -> models.QuerySet[Job]:
    return Job.objects.filter(id=lease.job_id, lease=lease.token)


def _put_back(job: Job, error: ErrorCode, place: str) -> None:
    try:
        attempts_max = registry.work_named(job.name).attempts_max
    except registry.UnknownJobError:
        attempts_max = registry.ATTEMPTS_MAX
    place = place[:PLACE_CHARACTERS_MAX]
    if job.attempts >= attempts_max:
        kept = {name: getattr(job, name) for name in ("id", "name", "payload", "key", "priority", "enqueued_at")}
        DeadJob.objects.create(**kept, attempts=job.attempts, error=error, place=place)
        job.delete()
        return
    wait_s = rules.backoff_s(job.attempts, _jitter.random())
    job.run_at = clock.now() + timedelta(seconds=wait_s)
    job.lease, job.leased_until, job.worker, job.error, job.place = None, None, "", error, place
    job.save(update_fields=["run_at", "lease", "leased_until", "worker", "error", "place"])


def _shorten_leases(moment: datetime) -> None:
    for work_name in Job.objects.exclude(lease=None).values_list("name", flat=True).distinct():
        try:
            lease_s = registry.work_named(work_name).lease_s
        except registry.UnknownJobError:
            lease_s = registry.LEASE_S
        longest = moment + timedelta(seconds=lease_s)
        slack = timedelta(seconds=lease_s)
        Job.objects.filter(name=work_name, leased_until__gt=longest + slack).update(leased_until=longest)


def _shorten_waits(moment: datetime) -> None:
    tried = Job.objects.filter(lease=None, attempts__gt=0, run_at__gt=moment)
    for attempts in tried.values_list("attempts", flat=True).distinct():
        longest = moment + timedelta(seconds=rules.backoff_s(attempts, 1.0))
        late = longest + timedelta(seconds=rules.SKEW_S_MAX)
        tried.filter(attempts=attempts, run_at__gt=late).update(run_at=longest)
