"""C4: disk full, read-only disk, a clock set back, a database that restarts: a clear refusal, no corruption, recovery.

The tests decide; this counts them, a kind a line. A kind without a test is not met.
"""

from __future__ import annotations

from typing import Final

from bench import tested
from bench.record import Measurement

_KINDS: Final = {
    "disk full": ("full_disk", "cannot_grow"),
    "read-only disk": ("read_only",),
    "clock set back": ("set_back",),
    "database restart": ("restarted_under_load", "recovers", "before_its_database"),
    "database away": ("away_for_ten_seconds", "stands_still", "held_for_ever", "stays_away"),
}
_PATHS: Final = (
    "tests/service/test_failures.py",
    "tests/crash/test_custody_disk.py",
    "tests/apps/custody/test_sequencer.py",
    "tests/apps/jobs/test_queue.py",
    "tests/entry/test_clock.py",
    "tests/entry/test_start.py",
)


def measure() -> Measurement:
    """Run them."""
    found = Measurement()
    outcomes = tested.run(*_PATHS)
    rows = []
    for kind, words in _KINDS.items():
        tests = tested.matching(outcomes, *words)
        passed, failed = (sum(each.result == result for each in tests) for result in ("passed", "failed"))
        found.put(f"tests of {kind} that pass", passed)
        rows.append((kind, len(tests), passed, failed, len(tests) - passed - failed))
        found.notes += [f"{kind}: {name}" for name in sorted({each.name.partition("[")[0] for each in tests})]
    of_kinds = tested.matching(outcomes, *(word for words in _KINDS.values() for word in words))
    for database, word in (("SQLite", "[sqlite"), ("PostgreSQL", "[postgres")):
        passed = sum(each.result == "passed" and word in each.name for each in of_kinds)
        found.put(f"tests of failures on {database} that pass", passed)
    found.put("tests of failures that fail", sum(row[3] for row in rows))
    found.table("Failures", ("kind", "tests", "passed", "failed", "skipped, with the reason"), rows)
    return found
