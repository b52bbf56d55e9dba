"""Gives spoilt tables to the service's own door and prints what was wrong; run in a process by D6."""

from __future__ import annotations

import json
import sys

from tutela.entry.start import start

start()

from bench.d6_imports import tables  # noqa: E402 - Django comes first
from tests.engine.assessment.tables import TABLES  # noqa: E402 - as above
from tests.world import actor, make_desk, make_person  # noqa: E402 - as above
from tutela.apps.assessment import data, importing  # noqa: E402 - as above
from tutela.apps.assessment.models import DataSet, Refusal  # noqa: E402 - as above
from tutela.domain.actors import Role  # noqa: E402 - as above

_PART = 900  # a number of its own, so that these tables are not those of the engine


def main(count: str) -> None:
    """Bring the small world's definitions in, then knock."""
    desk = make_desk()
    analyst = actor(make_person(desk.organisation, "policy", [Role.POLICY_ANALYST]))
    importing.take_in(analyst, "Definitions", TABLES)
    before = len(data.registry(analyst).observations)
    differ, left, rows, notes = 0, 0, 0, []
    made = tables(int(count), first=_PART)
    for number, table in enumerate(made):
        taken = importing.take_in(analyst, f"Table {number}", table.as_csv())
        rows += len(table.expected)
        said = sorted((each.line, each.reason) for each in Refusal.objects.filter(data_set=taken))
        if said != [(line, str(reason)) for line, reason in table.expected]:
            differ += 1
            notes.append(f"the service said {said}, not {table.expected}")
        left += taken.was_taken or bool(bytes(taken.tables))
    left += len(data.registry(analyst).observations) != before
    left += DataSet.objects.filter(was_taken=True).count() != 1
    json.dump({"tables": len(made), "rows": rows, "differ": differ, "left": left, "notes": notes[:5]}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
