"""SQL that the ORM cannot say: a lock for whoever weighs, what is known of cases, new scores for many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from django.db import connection

from tutela.apps.triage.rules import Claims, Facts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_LOCK: Final = 0x7472_6961  # "tria": a space of advisory locks, one an organisation
WEIGHING: Final = "SELECT pg_advisory_xact_lock_shared(%s, hashtext(%s))"
CHANGING: Final = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
KNOWN: Final = """
    SELECT seen.case_id,
           COUNT(DISTINCT CASE WHEN known.kind = 'exact' THEN known.list_name END),
           COUNT(DISTINCT CASE WHEN known.kind = 'near' THEN known.id END),
           MAX(CASE WHEN EXISTS (SELECT 1 FROM triage_lookup AS asked WHERE asked.item_id = seen.item_id
                                 AND asked.done_at IS NOT NULL AND NOT asked.was_refused) THEN 1 ELSE 0 END),
           MAX(CASE WHEN EXISTS (SELECT 1 FROM triage_assessment AS assessed WHERE assessed.item_id = seen.item_id)
                    THEN 1 ELSE 0 END)
    FROM (SELECT DISTINCT case_id, item_id FROM triage_sighting WHERE case_id IN ({marks})) AS seen
    LEFT JOIN triage_match AS known ON known.item_id = seen.item_id
    GROUP BY seen.case_id
"""
SIGHTED: Final = """
    SELECT DISTINCT case_id, item_id FROM triage_sighting WHERE case_id IN ({cases}) AND item_id IN ({items})
"""
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


def known(case_ids: Sequence[UUID]) -> dict[UUID, Facts]:
    """Return what is known of the items of cases, without what reports claim; nothing of a case without items."""
    statement = KNOWN.format(marks=", ".join(["%s"] * len(case_ids)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [_uuid(case_id) for case_id in case_ids])
        return {
            _read_uuid(case_id): Facts(Claims(), exact, near, lists_asked=bool(asked), assessed=bool(assessed))
            for case_id, exact, near, asked, assessed in cursor.fetchall()
        }


def sighted(case_ids: Collection[UUID], item_ids: Sequence[UUID]) -> set[tuple[UUID, UUID]]:
    """Return which of these items were sighted in which of these cases."""
    if not case_ids or not item_ids:
        return set()
    marks = {name: ", ".join(["%s"] * len(ids)) for name, ids in (("cases", case_ids), ("items", item_ids))}
    with connection.cursor() as cursor:
        cursor.execute(SIGHTED.format(**marks), [_uuid(each) for each in (*case_ids, *item_ids)])
        return {(_read_uuid(case_id), _read_uuid(item_id)) for case_id, item_id in cursor.fetchall()}


def place(column: Column, organisation_id: UUID, within: tuple[UUID, UUID], scores: Mapping[str, int]) -> None:
    """Write the scores of waiting cases after one id and up to another, given by their signals.

    Whoever weighs one of them at the same moment is waited for. If its signals are others then, it is left as it is.
    """
    statement = PLACE.format(column=column, kinds=", ".join(["(%s, %s)"] * len(scores)))
    kinds = [value for kind in scores.items() for value in kind]
    ids = [_uuid(each) for each in (organisation_id, *within)]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*kinds, *ids])


def _uuid(value: UUID) -> Any:
    return value if connection.features.has_native_uuid_field else value.hex


def _read_uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
