"""B3: 300,000 queries at once against 10 million hashes, and whether each gets what it would get by itself.

CPU of one thread, with everything that the join lays out for itself. The peer is faiss IndexBinaryFlat, asked some
hundreds of the queries in one call. `TUTELA_BENCH_HASHES_MAX` as in `b2_single_query`.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.hashes import middle
from bench.pdq_hashes import MATCH_BITS, built, queries, random_hashes, real_hashes
from bench.peers import FOLDER, Peer
from bench.record import Measurement

if TYPE_CHECKING:
    from tutela.engine import native

_QUERIES: Final = 300_000
_SINGLE: Final = 10_000  # fewer than a join begins with
_ROUNDS: Final = 3
_THEIRS: Final = 256
_SIZES: Final = ((1_000_000, "1 M"), (10_000_000, "10 M"))


def measure() -> Measurement:
    """Run both sizes, and real hashes."""
    found = Measurement()
    largest = int(os.environ.get("TUTELA_BENCH_HASHES_MAX", "10000000"))
    rows: list[tuple[Any, ...]] = []
    differing = 0
    for size, word in _SIZES:
        if size > largest:
            found.put(f"300,000 queries, {word}", None)
            continue
        ours, theirs, wrong = _join(random_hashes(size), rows, f"{size:,} random")
        differing += wrong
        found.put(f"300,000 queries, {word}", ours, theirs)
    real, theirs, wrong = _join(real_hashes(1_000_000), rows, "1,000,000 of photographs")
    found.put("300,000 queries, 1 M of photographs", real, theirs)
    found.put("answers that differ from single queries", differing + wrong)
    columns = ("hashes", "queries/s/core, each round", "the same one by one", "faiss IndexBinaryFlat", "pairs found")
    found.table("Joins", columns, rows)
    found.notes.append(f"of each join the answers of {_SINGLE} queries are compared with asking them without a join")
    return found


def _join(hashes: np.ndarray, rows: list[tuple[Any, ...]], name: str) -> tuple[float, float, int]:
    asked = queries(hashes, _QUERIES)
    with built(hashes) as mine, tempfile.TemporaryDirectory(dir=FOLDER) as folder, Peer() as peer:
        np.save(Path(folder) / "hashes.npy", hashes)
        np.save(Path(folder) / "few.npy", asked[:_THEIRS])
        peer.ask("build_index", kind="flat", path=str(Path(folder) / "hashes.npy"))
        ours, theirs = [], []
        for _ in range(_ROUNDS):
            start_s = time.thread_time()
            together = mine.index.search(asked, MATCH_BITS)
            ours.append(_QUERIES / (time.thread_time() - start_s))
            theirs.append(_THEIRS / peer.ask("ask_index_together", path=str(Path(folder) / "few.npy"))["cpu_s"])
        start_s = time.thread_time()
        single = mine.index.search(asked[:_SINGLE], MATCH_BITS)
        one_by_one = _SINGLE / (time.thread_time() - start_s)
    differing = _differing(together, single)
    rows.append((name, ", ".join(f"{rate:,.0f}" for rate in ours), one_by_one, middle(theirs), len(together.row)))
    return middle(ours), middle(theirs), differing


def _differing(together: native.Hits, single: native.Hits) -> int:
    """Pairs that only one of both has, among the queries that both were asked."""
    end = int(np.searchsorted(together.query, _SINGLE))
    left, right = (
        set(zip(hits.query[:stop].tolist(), hits.row[:stop].tolist(), hits.distance[:stop].tolist(), strict=True))
        for hits, stop in ((together, end), (single, len(single.row)))
    )
    return len(left ^ right)
