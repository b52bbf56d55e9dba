"""Tables: work that waits or runs, work that was given up, and the clockwork. A job that was done is gone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tutela.apps.jobs.rules import KEY_CHARACTERS_MAX, NAME_CHARACTERS_MAX, ErrorCode
from tutela.engine import clock

_ERRORS = [(code.value, code.value) for code in ErrorCode]
PLACE_CHARACTERS_MAX = 200


class Job(models.Model):
    """One piece of work. It waits while it has no lease, and runs while it has one.

    `run_at` NULL means at once, whatever any clock says. `asked` counts how often this key was asked for: whoever
    finishes the work compares it with what it was at the start, and runs the work again if somebody asked meanwhile.
    """

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    name = models.CharField(max_length=NAME_CHARACTERS_MAX)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=KEY_CHARACTERS_MAX, null=True, unique=True)  # noqa: DJ001 - NULL is no key, and not a duplicate
    priority = models.SmallIntegerField(default=0)
    run_at = models.DateTimeField(null=True)
    asked = models.PositiveIntegerField(default=1)
    enqueued_at = models.DateTimeField(default=clock.now, editable=False)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=32, blank=True, choices=_ERRORS)
    place = models.CharField(max_length=PLACE_CHARACTERS_MAX, blank=True)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["priority", "id"], name="job_waiting", condition=Q(lease=None)),
            models.Index(fields=["leased_until"], name="job_leased", condition=~Q(lease=None)),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class DeadJob(models.Model):
    """Work that was tried as often as it may be. It stays until a person runs it again or discards it."""

    id = models.UUIDField(primary_key=True, editable=False)
    name = models.CharField(max_length=NAME_CHARACTERS_MAX)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=KEY_CHARACTERS_MAX, null=True)  # noqa: DJ001 - as in Job
    priority = models.SmallIntegerField(default=0)
    enqueued_at = models.DateTimeField()
    died_at = models.DateTimeField(default=clock.now, db_index=True)
    attempts = models.PositiveIntegerField()
    error = models.CharField(max_length=32, choices=_ERRORS)
    place = models.CharField(max_length=PLACE_CHARACTERS_MAX, blank=True)

    class Meta:
        ordering = ("-died_at", "id")

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class Tick(models.Model):
    """When a periodic job is due next. Whoever moves `due_at` on enqueues the run, so a tick has one run."""

    name = models.CharField(max_length=NAME_CHARACTERS_MAX, primary_key=True)
    due_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
