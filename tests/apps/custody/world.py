"""A small world for the record: cases with histories, sequenced when the test says so."""

from __future__ import annotations

import hashlib
import io

from django.db import connection, transaction

from tutela.apps.custody import exporting, guards, keyring, recording, sequencer, store, verifying
from tutela.apps.custody.models import Checkpoint, Leaf
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, record
from tutela.domain.actors import SYSTEM
from tutela.engine import clock, ledger
from tutela.engine.ledger import verifier

STEPS = (Action.CASE_OPENED, Action.CASE_ASSIGNED, Action.ITEM_MATCHED, Action.CASE_CLOSED)


def entry_of(leaf):
    """The canonical bytes of a row."""
    return recording.canonical({name: getattr(leaf, name) for name in store.FIELDS})


class World:
    def __init__(self, home):
        self.home = home

    def add(self, action=Action.CASE_OPENED, case=None, **more):
        """One leaf, in a transaction of its own."""
        case = case or clock.new_id()
        with transaction.atomic():
            options = {"kind": ObjectKind.CASE, "object_id": case, "actor": SYSTEM, "case_id": case} | more
            return record(action, **options)

    def case(self, steps=4, **more):
        case = clock.new_id()
        for step in range(steps):
            self.add(STEPS[step % len(STEPS)], case, **more)
        return case

    def filled(self, cases=6):
        """Some cases with digests and notes, sequenced in two batches; the cases."""
        made = []
        for number in range(cases):
            made.append(self.case(digests={"sha256": hashlib.sha256(b"%d" % number).digest()}, note=f"note {number}"))
            if number == cases // 2:
                self.sequence()
        self.sequence()
        return made

    def sequence(self):
        while sequencer.sequence():
            pass

    def newest(self):
        return Checkpoint.objects.first().note.encode()

    def faults(self, outside=()):
        return verifying.verify_log(outside).faults

    def holds(self, outside=()):
        """Verify by our own check, by the engine's reading of the export, and by the stranger's verifier."""
        keys = [keyring.log_key().verifier]
        lines = b"".join(exporting.log_lines())
        ledger.verify_export(io.BytesIO(lines), keys=keys, outside=outside)
        accepted = verifier.verify(io.BytesIO(lines), [verifier.parse_key(str(keys[0]), 1)], [], list(outside))
        assert accepted.entries == Leaf.objects.exclude(position=None).count()
        return not self.faults(outside)


def behind_the_orm(*statements):
    """Change tables as somebody with the database's own password would, its guards switched off."""
    guards.remove(connection)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    guards.install(connection)


__all__ = ["SYSTEM", "Action", "ObjectKind", "ReasonCode", "World", "behind_the_orm"]
