"""C2: the ledger shows tampering, verifies quickly and costs little.

Tampering: the insider of `tests.engine.ledger.tampering`, who has the log's own key; one checkpoint was kept outside.
Speed: a log of a million entries, verified as a stranger would, CPU seconds. Cost: one transaction with and without
its leaf in alternating blocks, the database server's CPU counted. Rate: eight processes that commit as often as they
can on a PostgreSQL that syncs, in alternating windows.
"""

from __future__ import annotations

import io
import json
import os
import re
import statistics
import time
from typing import Final

from bench.postgres import Server
from bench.record import Measurement
from bench.service import Service
from tests.engine.ledger import tampering
from tests.engine.ledger.world import LOG_KEY, event_id, leaf
from tutela.engine.ledger import Frontier, Tip, advance, begin, leaf_hash, verifier, verify_export, write_log

_TRIALS: Final = 1000
_ENTRIES: Final = 1_000_000
_BLOCKS: Final = 30
_WRITERS: Final = 8
_WINDOWS: Final = 20
_WINDOW_S: Final = 2.0
_START_S: Final = 12.0  # for eight interpreters to start on two cores
_RATES: Final = (
    ("rate of 8 writers kept, taking reports in", "report", False),
    ("the same with the sequencer beside", "report", True),
    ("rate of 8 writers kept, least of transactions", "row", False),
)
WITH_LEAVES: Final = (1, 2)  # of each four windows, as in `bench.ledger_load`


def measure() -> Measurement:
    """Run every part."""
    found = Measurement()
    _tampering(found)
    _speed(found)
    _database(found)
    _cost(found)
    _rate(found)
    return found


def _tampering(found: Measurement) -> None:
    rows = []
    for reader, refused in (("package", tampering.refused_by_package), ("verifier", tampering.refused_by_verifier)):
        outcomes = tampering.run(_TRIALS, refused=refused)
        rows += [(reader, each.kind, each.trials, each.detected, each.false_alarms) for each in outcomes]
    found.put("kinds of tampering", len(tampering.KINDS))
    found.put("trials of each kind", _TRIALS)
    found.put("tampering detected", 100 * sum(row[3] for row in rows) / sum(row[2] for row in rows))
    found.put("false alarms", sum(row[4] for row in rows))
    found.table("Tampering", ("reader", "kind", "trials", "detected", "false alarms"), rows)
    alone = tampering.without_outside_checkpoint(_TRIALS)
    found.table(
        "The same insider where no checkpoint was kept outside",
        ("kind", "trials", "detected"),
        [(each.kind, each.trials, each.detected) for each in alone],
    )
    found.notes.append(
        "Without an outside checkpoint, whoever holds the log's key can write it anew: a log cannot do more."
    )


def _speed(found: Measurement) -> None:
    data = million()
    start_s = time.process_time()
    verified = verify_export(io.BytesIO(data), keys=[LOG_KEY.verifier])
    package_s = time.process_time() - start_s
    start_s = time.process_time()
    accepted = verifier.verify(io.BytesIO(data), [verifier.parse_key(str(LOG_KEY.verifier), verifier.LOG)])
    alone_s = time.process_time() - start_s
    if not verified.entries == accepted.entries == _ENTRIES:
        raise AssertionError("the verifiers did not read every entry")
    found.put("1,000,000 entries verify", package_s)
    found.put("the same by the stand-alone verifier", alone_s)
    found.put("size of that export", len(data) / 1e6)


def _database(found: Measurement) -> None:
    with Server() as server, Service(server.url) as service:
        spent = service.ask("bench.ledger_load", "whole", _ENTRIES)
    found.put("1,000,000 entries verify in PostgreSQL, tutela custody verify", spent["verify"])
    found.put("entries that the sequencer places", _ENTRIES / spent["sequence"])


def million() -> bytes:
    """An honest log of a million entries in 1,000 chains of custody, as its export."""
    form = re.sub(rb'"event":"[^"]*"', b'"event":"%s"', leaf(1).encode())
    form = re.sub(rb'"previous":"[^"]*"', b'"previous":"%s"', form)
    newest = [b""] * 1000
    entries: list[bytes] = []
    frontier = Frontier()
    for number in range(_ENTRIES):
        event = event_id(number).encode()
        entries.append(form % (event, newest[number % 1000]))
        newest[number % 1000] = event
        frontier.append(leaf_hash(entries[-1]))
    checkpoint = advance(LOG_KEY, begin(LOG_KEY), Tip(_ENTRIES, frontier.root()), ())
    return b"".join(write_log(entries, checkpoint, size=_ENTRIES, keys=[LOG_KEY.verifier]))


def _cost(found: Measurement) -> None:
    rows = []
    with Server() as server:
        for name, url in (("SQLite", ""), ("PostgreSQL", server.url)):
            with Service(url) as service:
                spent = service.ask("bench.ledger_load", "cost", _BLOCKS)
            bare_ms = spent["without"] * 1000
            leaf_ms, digests_ms, first_ms = (spent[kind] * 1000 - bare_ms for kind in ("leaf", "digests", "first"))
            rows.append((name, bare_ms, leaf_ms, digests_ms, first_ms))
            found.put(f"a leaf inside a transaction, {name}", leaf_ms)
            found.put(f"a leaf with sealed digests, {name}", digests_ms)
            found.put(f"the first leaf of a case, its key made, {name}", first_ms)
    columns = (
        "database",
        "transaction without, ms",
        "leaf, ms more",
        "with digests, ms more",
        "first of a case, ms more",
    )
    found.table("CPU of one transaction (a row and a job), client and server", columns, rows)


def _rate(found: Measurement) -> None:
    rows = []
    with Server() as server:
        for name, kind, beside in _RATES:
            server.wipe()  # a new home has new keys, and refuses a database that others made
            with Service(server.url) as service:
                bare, leaves = _windows(service, kind, beside=beside)
            found.put(name, 100 * statistics.median(b / a for a, b in zip(bare, leaves, strict=True)))
            rows.append((name, statistics.median(bare), statistics.median(leaves), min(bare), max(bare)))
    columns = ("", "without, median", "with, median", "without, least", "without, most")
    found.table("Commits a second of 8 writers in alternating windows, PostgreSQL with fsync", columns, rows)
    cores = os.cpu_count()
    found.notes.append(
        f"Writers and server share {cores} cores: what costs CPU costs rate. A sequencer beside them also works on in "
        "windows without leaves, on what the windows before left to it."
    )


def _windows(service: Service, kind: str, *, beside: bool) -> tuple[list[float], list[float]]:
    """Commits a second in each window without and with leaves, in pairs of neighbours."""
    sequencer = service.start("tests.crash.actor", "sequence") if beside else None
    at_s = time.time() + _START_S
    writers = [service.start("bench.ledger_load", "write", at_s, _WINDOW_S, _WINDOWS, kind) for _ in range(_WRITERS)]
    counts = [json.loads(service.finish(writer)) for writer in writers]
    if sequencer:
        service.kill(sequencer)
    rates = [sum(column) / _WINDOW_S for column in zip(*counts, strict=True)]
    leaves = [rate for window, rate in enumerate(rates) if window % 4 in WITH_LEAVES]
    return [rate for window, rate in enumerate(rates) if window % 4 not in WITH_LEAVES], leaves
