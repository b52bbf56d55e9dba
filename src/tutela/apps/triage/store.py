"""SQL that the ORM cannot say: a lock for whoever weighs, and new scores for many cases at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

_LOCK: Final = 0x7472_6961  # "tria": a space of advisory locks, one an organisation
WEIGHING: Final = "SELECT pg_advisory_xact_lock_shared(%s, hashtext(%s))"
CHANGING: Final = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
PLACE: Final = """
    UPDATE triage_case SET {column} = given.column2 FROM (VALUES {kinds}) AS given
    WHERE organisation_id = %s AND state = 'waiting' AND id > %s AND id <= %s
      AND signals = given.column1 AND {column} <> given.column2
"""

Column = Literal["score_even", "score_odd"]


def lock_weights(organisation_id: UUID, *, to_change: bool) -> None:
    """Hold the weights until the transaction ends: many may weigh by them, or one may change them.

    SQLite needs no such lock: there, one transaction writes at a time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(CHANGING if to_change else WEIGHING, [_LOCK, str(organisation_id)])


def place(column: Column, organisation_id: UUID, within: tuple[UUID, UUID], scores: Mapping[str, int]) -> None:
    """Write the scores of waiting cases after one id and up to another, given by their signals.

    Whoever weighs one of them at the same moment is waited for. If its signals are others then, it is left as it is.
    """
    statement = PLACE.format(column=column, kinds=", ".join(["(%s, %s)"] * len(scores)))
    kinds = [value for kind in scores.items() for value in kind]
    ids: list[Any] = [organisation_id, *within]
    if not connection.features.has_native_uuid_field:
        ids = [each.hex for each in ids]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*kinds, *ids])
