"""G1: whatever is lost, late or dead on the way, a case is filed exactly once or visibly waits for a person.

What is filed is looked at on the side of the authority, a simulated CyberTipline, and compared with what the service
says of itself, filing by filing:

1. Over HTTP: each kind of fault at each call of a filing; a person lets go on what stopped for one.
2. Over HTTP: the worker is killed before every single step: each system call by which it changes a file, or sends or
   receives something (to the database, to the authority). Then another one goes on.
3. Random histories in one process: faults of all kinds, workers that die, reports that lapse, people who withdraw and
   let go on; at the end everything works again.
4. Random histories of the rules alone, in which requests also arrive much later (`tests/apps/referral/test_rules.py`).
"""

from __future__ import annotations

import sys
from typing import Any, Final

from bench.postgres import Server
from bench.record import Measurement
from bench.service import Service
from tests.apps.referral.test_rules import lived

COUNT: Final = {"PostgreSQL": 500, "SQLite": 500}
OF_RULES: Final = 10_000
FAULTS: Final = "faults, each at another call, over HTTP"
CRASHES: Final = "crashes, each before another step, over HTTP"
HISTORIES: Final = "random histories through the service"
SUMS: Final = (
    *(FAULTS, CRASHES, HISTORIES),
    "filed",
    "of these, known by asking again: the receipt was lost on the way",
    "waiting for a person",
    "withdrawn by a person before they were filed",
    "filed twice",
    "filed, and not known to be; or the other way round",
    "filed with files missing or too many",
    "filed without what the authority answered, byte for byte",
    "neither at an end nor waiting for a person",
    "preservations that did not start with a filing",
    "faults of the record",
)
_MODULE: Final = "bench.filing_load"
_SETTINGS: Final = {
    "TUTELA_FILING_EMAIL": "desk@example.org",
    "TUTELA_CYBERTIP_URL": "http://127.0.0.1:9/ispws",
    "TUTELA_CYBERTIP_USER": "simulated",
    "TUTELA_CYBERTIP_PASSWORD": "simulated",
}


def measure() -> Measurement:
    """Both databases, then the rules."""
    found = Measurement()
    with Server() as server:
        told = [_played("PostgreSQL", server.url), _played("SQLite", "")]
    for name in SUMS:
        found.put(name, sum(each[name] for each in told))
    for seed in range(OF_RULES):
        lived(seed)  # raises where one is filed twice, or is neither filed nor waits
    found.put("random histories of the rules alone", OF_RULES)
    columns = ["database", *SUMS]
    found.table("By database", columns, [[each[name] for name in columns] for each in told])
    return found


def _played(name: str, url: str) -> dict[str, Any]:
    with Service(url, **_SETTINGS) as service:
        service.run(_MODULE, "desk")
        parts: list[dict[str, int]] = []
        for words in (("faults",), ("steps", 1), ("histories", COUNT[name])):
            parts.append(service.ask(_MODULE, *words))
            print(f"{name}: {words[0]} {parts[-1]}", file=sys.stderr)
        faults = service.ask(_MODULE, "record")
    sums = {each: sum(part.get(each, 0) for part in (*parts, faults)) for each in SUMS}
    return {"database": name, **sums}
