"""E5: whatever comes to a door of intake, it is answered clearly, breaks nothing and leaves nothing half stored.

Five doors: one report, a batch, XML, the public form, a file to import. Each gets inputs that were sound and were
spoilt, and noise, always the same for the same number (`tests/malformed.py`). Rows are counted after each of them.
Some inputs stay sound by chance: those are taken in, and counted apart.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from bench.record import Measurement
from bench.service import Service

DOORS: Final = {
    "single": "one report, JSON",
    "batch": "a batch, JSON",
    "xml": "one report, XML",
    "form": "the public form",
    "file": "a file to import",
}
EXAMPLES: Final = 10_000
_HALVES: Final = 2
_PARTS_APART: Final = 1000  # so that no half makes what the other does
_WRONG: Final = ("server_errors", "unclear", "half_stored")


def measure() -> Measurement:
    """Knock at every door, half of the inputs at a time, two services at once."""
    found = Measurement()
    halves = [(door, half) for door in DOORS for half in range(_HALVES)]
    with ThreadPoolExecutor(_HALVES) as pool:
        told = dict(zip(halves, pool.map(_knocked, halves), strict=True))
    rows: list[list[object]] = []
    for door, name in DOORS.items():
        of_door = [told[door, half] for half in range(_HALVES)]
        sums = {each: sum(half[each] for half in of_door) for each in ("sent", "taken", "refused", *_WRONG)}
        found.put(f"inputs, {name}", sums["sent"])
        rows.append([name, *sums.values()])
        found.notes += [f"{name}: {fault}" for half in of_door for fault in half["faults"][:5]]
    found.put("server errors", sum(half["server_errors"] for half in told.values()))
    found.put("refusals without a clear error", sum(half["unclear"] for half in told.values()))
    found.put("refusals that left something stored", sum(half["half_stored"] for half in told.values()))
    found.table("What was sent", ("door", "sent", "taken whole", "refused", *_WRONG), rows)
    return found


def _knocked(which: tuple[str, int]) -> dict[str, Any]:
    door, half = which
    with Service() as service:
        told = service.ask("bench.malformed", door, EXAMPLES // _HALVES, half * _PARTS_APART)
    print(f"{DOORS[door]}, half {half + 1}: {told['sent']:,} sent", file=sys.stderr)
    return told
