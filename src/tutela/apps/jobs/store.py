"""The one statement that the ORM cannot say: add a job, or ask again for the one that has its key.

Asking again for a job that waits changes nothing, save that it runs sooner if now asked for sooner and never yet tried.
Asking again for one that runs makes it run once more after this run, since it may have read what is now out of date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from django.db import connection

if TYPE_CHECKING:
    from django.db.models import Field

    from tutela.apps.jobs.models import Job

_COLUMNS: Final = ("id", "name", "payload", "key", "priority", "run_at", "asked", "enqueued_at", "attempts", "error")
ENQUEUE: Final = """
    INSERT INTO jobs_job (id, name, payload, key, priority, run_at, asked, enqueued_at, attempts, error, place, worker)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', '')
    ON CONFLICT (key) DO UPDATE SET
        asked = jobs_job.asked + 1,
        run_at = CASE
            WHEN jobs_job.attempts > 0 THEN jobs_job.run_at
            WHEN excluded.run_at IS NULL OR excluded.run_at < jobs_job.run_at THEN excluded.run_at
            ELSE jobs_job.run_at
        END
    RETURNING id
"""


def enqueue(job: Job) -> UUID:
    """Insert `job` in the caller's transaction, or ask again for the one with its key; return the id of what stands."""
    fields = [cast("Field[Any, Any]", job._meta.get_field(name)) for name in _COLUMNS]
    values = [field.get_db_prep_save(getattr(job, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(ENQUEUE, values)
        found = cursor.fetchone()[0]
    return found if isinstance(found, UUID) else UUID(found)
