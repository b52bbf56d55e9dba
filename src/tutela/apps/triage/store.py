"""SQL that the ORM cannot say: a lock for whoever weighs, and new scores for many cases at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

_LOCK: Final = 0x7472_6961  # "tria": a space of advisory locks, one an organisation
WEIGHING: Final = "SELECT pg_advisory_xact_lock_shared(%s, hashtext(%s))"
CHANGING: Final = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
PLACE: Final = {
    "score_even": """
        UPDATE triage_case SET score_even = place.score
        FROM unnest(%s::uuid[], %s::int[]) AS place(id, score)
        WHERE triage_case.id = place.id AND score_even <> place.score
    """,
    "score_odd": """
        UPDATE triage_case SET score_odd = place.score
        FROM unnest(%s::uuid[], %s::int[]) AS place(id, score)
        WHERE triage_case.id = place.id AND score_odd <> place.score
    """,
}
PLACE_ONE: Final = {
    "score_even": "UPDATE triage_case SET score_even = %s WHERE id = %s",
    "score_odd": "UPDATE triage_case SET score_odd = %s WHERE id = %s",
}

Column = Literal["score_even", "score_odd"]


def lock_weights(organisation_id: UUID, *, to_change: bool) -> None:
    """Hold the weights until the transaction ends: many may weigh by them, or one may change them.

    SQLite needs no such lock: there, one transaction writes at a time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(CHANGING if to_change else WEIGHING, [_LOCK, str(organisation_id)])


def place(column: Column, scores: Mapping[UUID, int]) -> None:
    """Write scores of cases that are locked."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(PLACE[column], [list(scores), list(scores.values())])
        else:
            cursor.executemany(PLACE_ONE[column], [(score, case_id.hex) for case_id, score in scores.items()])
