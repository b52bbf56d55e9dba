"""B4: comparing every pair, in every variant of the kernels, beside the limit that was measured for this work.

The limit for blocked comparison on AVX-512 is 16 thousand million pairs a second and core (docs/adr/0009). Variants are
asked by turns; all must find the same pairs, and the index must find them in every variant too.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.hashes import middle
from bench.looks import MATCH_BITS, built, queries, random_looks
from bench.peers import FOLDER, Peer
from bench.record import Measurement
from tutela.engine import native

_LOOKS: Final = 1_000_000
_QUERIES: Final = {"numpy": 16}  # of other variants:
_QUERIES_ELSE: Final = 512
_SINGLE: Final = 2000
_ROUNDS: Final = 3


def measure() -> Measurement:
    """Run every variant that this machine can."""
    found = Measurement()
    looks = random_looks(_LOOKS)
    asked = queries(looks, _SINGLE)
    pairs: dict[str, list[float]] = {name: [] for name in native.variants()}
    single: dict[str, list[float]] = {name: [] for name in native.variants()}
    peer_pairs: list[float] = []
    truth = native.search(asked, looks, MATCH_BITS)
    differing = 0
    with built(looks) as mine, Peer() as peer, tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        np.save(Path(folder) / "looks.npy", looks)
        np.save(Path(folder) / "few.npy", asked[:_QUERIES_ELSE])
        peer.ask("build_index", kind="flat", path=str(Path(folder) / "looks.npy"))
        for _ in range(_ROUNDS):
            for name in native.variants():
                count = _QUERIES.get(name, _QUERIES_ELSE)
                with native.use(name):
                    hits, spent_s = _timed(lambda count=count: native.search(asked[:count], looks, MATCH_BITS))
                    pairs[name].append(count * _LOOKS / spent_s / 1e9)
                    differing += _differ(hits, truth, count)
                    few = _SINGLE if name != "numpy" else 100
                    hits, spent_s = _timed(lambda few=few: mine.index.search(asked[:few], MATCH_BITS))
                    single[name].append(few / spent_s)
                    differing += len(hits.row) != int((truth.query < few).sum())
            spent_s = peer.ask("ask_index_together", path=str(Path(folder) / "few.npy"))["cpu_s"]
            peer_pairs.append(_QUERIES_ELSE * _LOOKS / spent_s / 1e9)
    best = native.variants()[0]
    found.put("comparing every pair, best variant", middle(pairs[best]), middle(peer_pairs))
    found.put("share of the limit on AVX-512", 100 * middle(pairs[best]) / 16 if best == "avx512" else None)
    found.put("searches that differ between variants", differing)
    rows: list[tuple[Any, ...]] = [(name, middle(pairs[name]), middle(single[name])) for name in native.variants()]
    found.table(
        f"Variants, {_LOOKS:,} looks, one core",
        ("variant", "thousand million pairs/s, every pair", "queries/s, index"),
        [*rows, ("faiss IndexBinaryFlat", middle(peer_pairs), None)],
    )
    found.notes.append(f"the best variant here is {best}; CPU time of one thread")
    return found


def _timed(work: Any) -> tuple[native.Hits, float]:
    start_s = time.thread_time()
    hits = work()
    return hits, time.thread_time() - start_s


def _differ(hits: native.Hits, truth: native.Hits, count: int) -> bool:
    stop = int(np.searchsorted(truth.query, count))
    return not all(np.array_equal(found, wanted[:stop]) for found, wanted in zip(hits, truth, strict=True))
