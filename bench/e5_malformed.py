"""E5: whatever comes to a door of intake, it is answered clearly, breaks nothing and leaves nothing half stored.

Five doors: one report, a batch, XML, the public form, a file to import. Each gets inputs that were sound and were
spoilt, and noise, always the same for the same number (`tests/malformed.py`). Rows are counted around each of them.
Some inputs stay sound by chance: those are taken in, and counted apart.
"""

from __future__ import annotations

from typing import Final

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
_WRONG: Final = ("server_errors", "unclear", "half_stored")


def measure() -> Measurement:
    """Knock at every door, on a service of its own."""
    found = Measurement()
    rows: list[list[object]] = []
    totals = dict.fromkeys(_WRONG, 0)
    for door, name in DOORS.items():
        with Service() as service:
            told = service.ask("bench.malformed", door, EXAMPLES)
        found.put(f"inputs, {name}", told["sent"])
        rows.append([name, *(told[each] for each in ("sent", "taken", "refused", *_WRONG))])
        for each in _WRONG:
            totals[each] += told[each]
        found.notes += [f"{name}: {fault}" for fault in told["faults"][:5]]
    found.put("server errors", totals["server_errors"])
    found.put("refusals without a clear error", totals["unclear"])
    found.put("refusals that left something stored", totals["half_stored"])
    found.table("What was sent", ("door", "sent", "taken whole", "refused", *_WRONG), rows)
    return found
