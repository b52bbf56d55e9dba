"""Somebody with the database's password, its guards switched off. Each change is found; honest logs never accused."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.apps.custody.world import behind_the_orm
from tutela.apps.custody import exporting, verifying
from tutela.apps.custody.models import Checkpoint, Leaf

pytestmark = pytest.mark.django_db

SWAP = (
    "UPDATE custody_leaf SET position = -1 WHERE position = 3",
    "UPDATE custody_leaf SET position = 3 WHERE position = 8",
    "UPDATE custody_leaf SET position = 8 WHERE position = -1",
)
ATTACKS = {
    "another person did it": [
        "UPDATE custody_leaf SET actor = 'person-00000000000000000000000000000000' WHERE position = 5"
    ],
    "at another time": ["UPDATE custody_leaf SET time = '2026-01-01T00:00:00.000000Z' WHERE position = 5"],
    "to something else": ["UPDATE custody_leaf SET object = 'ab' || substr(object, 3) WHERE position = 5"],
    "for another reason": ["UPDATE custody_leaf SET reason = 'mistake' WHERE position = 5"],
    "an entry removed": ["DELETE FROM custody_leaf WHERE position = 5"],
    "the last entries removed": ["DELETE FROM custody_leaf WHERE position > 20"],
    "the end and its checkpoints removed": [
        "DELETE FROM custody_leaf WHERE position > 15",
        "DELETE FROM custody_checkpoint WHERE size > 16",
    ],
    "two entries swapped": SWAP,
    "an entry taken back into the queue": ["UPDATE custody_leaf SET position = NULL WHERE position = 23"],
    "moved to another case": [
        "UPDATE custody_leaf SET chain_id = (SELECT chain_id FROM custody_leaf WHERE position = 0) WHERE position = 23"
    ],
    "a checkpoint rewritten": ["UPDATE custody_checkpoint SET note = replace(note, '16', '17') WHERE size = 16"],
    "a tile rewritten": ["DELETE FROM custody_tile"],
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_is_found(record, attack):
    record.filled(6)
    outside = [record.newest()]
    assert record.holds(outside)
    behind_the_orm(*ATTACKS[attack])
    assert record.faults(outside)


def test_a_note_or_digest_exchanged_behind_the_orm_is_found_in_its_case(record):
    case = record.filled(2)[0]
    assert verifying.verify_case(case).holds
    behind_the_orm(
        "UPDATE custody_reason SET sealed = (SELECT sealed FROM custody_reason AS other WHERE other.id <> custody_reason.id"
        " LIMIT 1)"
    )
    assert any("altered or moved" in fault for fault in verifying.verify_case(case).faults)


def test_a_row_that_points_to_another_object_is_found_in_its_case(record):
    first, second = record.filled(2)
    field = Leaf._meta.get_field("object_id")
    with connection.cursor() as cursor:
        from tutela.apps.custody import guards

        guards.remove(connection)
        prepared = [field.get_db_prep_value(each, connection) for each in (second, first)]
        cursor.execute("UPDATE custody_leaf SET object_id = %s WHERE object_id = %s AND position = 1", prepared)
        guards.install(connection)
    assert any("not about what its row says" in fault for fault in verifying.verify_case(first).faults)


def test_a_removed_reason_is_found_in_its_case(record):
    case = record.filled(1)[0]
    behind_the_orm("DELETE FROM custody_reason")
    assert any("missing" in fault for fault in verifying.verify_case(case).faults)


def test_a_checkpoint_kept_outside_must_be_continued(record):
    record.filled(6)
    kept = Checkpoint.objects.get(size=16).note.encode()
    record.case(2)
    record.sequence()
    case = Leaf.objects.get(position=3).chain_id
    assert record.holds([kept])
    assert verifying.verify_case(case, [kept]).holds
    forged = kept.replace(b"\n16\n", b"\n17\n")
    assert not verifying.verify_case(case, [forged]).holds


def test_an_export_of_nothing_says_so(record):
    with pytest.raises(exporting.NothingToExportError):
        list(exporting.log_lines())
