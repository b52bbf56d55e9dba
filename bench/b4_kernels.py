"""B4: comparing every pair, in every variant of the kernels, beside the limit that was measured for this work.

The limit for blocked comparison on AVX-512 is 16 thousand million pairs a second and core (docs/adr/0009). Variants are
asked by turns; all must find the same pairs, and the index must find them in every variant too.

Then lists made to swell the index: they may cost no more than a little over comparing every hash.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.hashes import middle
from bench.pdq_hashes import MATCH_BITS, built, queries, random_hashes, turned
from bench.peers import FOLDER, Peer
from bench.record import Measurement
from tutela.engine import native

_HASHES: Final = 1_000_000
_QUERIES: Final = {"numpy": 16}  # of other variants:
_QUERIES_ELSE: Final = 512
_SINGLE: Final = 2000
_ROUNDS: Final = 3


def measure() -> Measurement:
    """Run every variant that this machine can."""
    found = Measurement()
    hashes = random_hashes(_HASHES)
    asked = queries(hashes, _SINGLE)
    pairs: dict[str, list[float]] = {name: [] for name in native.variants()}
    single: dict[str, list[float]] = {name: [] for name in native.variants()}
    peer_pairs: list[float] = []
    truth = native.search(asked, hashes, MATCH_BITS)
    differing = 0
    with built(hashes) as mine, Peer() as peer, tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        np.save(Path(folder) / "hashes.npy", hashes)
        np.save(Path(folder) / "few.npy", asked[:_QUERIES_ELSE])
        peer.ask("build_index", kind="flat", path=str(Path(folder) / "hashes.npy"))
        for _ in range(_ROUNDS):
            for name in native.variants():
                count = _QUERIES.get(name, _QUERIES_ELSE)
                with native.use(name):
                    hits, spent_s = _timed(lambda count=count: native.search(asked[:count], hashes, MATCH_BITS))
                    pairs[name].append(count * _HASHES / spent_s / 1e9)
                    differing += _differ(hits, truth, count)
                    few = _SINGLE if name != "numpy" else 100
                    hits, spent_s = _timed(lambda few=few: mine.index.search(asked[:few], MATCH_BITS))
                    single[name].append(few / spent_s)
                    differing += len(hits.row) != int((truth.query < few).sum())
            spent_s = peer.ask("ask_index_together", path=str(Path(folder) / "few.npy"))["cpu_s"]
            peer_pairs.append(_QUERIES_ELSE * _HASHES / spent_s / 1e9)
    best = native.variants()[0]
    found.put("comparing every pair, best variant", middle(pairs[best]), middle(peer_pairs))
    found.put("share of the limit on AVX-512", 100 * middle(pairs[best]) / 16 if best == "avx512" else None)
    found.put("searches that differ between variants", differing)
    rows: list[tuple[Any, ...]] = [(name, middle(pairs[name]), middle(single[name])) for name in native.variants()]
    found.table(
        f"Variants, {_HASHES:,} hashes, one core",
        ("variant", "thousand million pairs/s, every pair", "queries/s, index"),
        [*rows, ("faiss IndexBinaryFlat", middle(peer_pairs), None)],
    )
    _adversarial(found)
    found.notes.append(f"the best variant here is {best}; CPU time of one thread")
    return found


def _adversarial(found: Measurement) -> None:
    """Lists and queries that a person who knows the index would make, each against comparing every hash."""
    random = np.random.default_rng(4)
    root = random_hashes(1, seed=8)
    fixed = _unlaid(np.repeat(np.array([[255, 0]], np.uint8), 16, axis=1))  # half of the chunks, as the index lays bits
    made = {
        "half of the chunks equal": (root & fixed) | (random_hashes(_HASHES) & ~fixed),
        "all 20 bits from one hash": turned(np.repeat(root, _HASHES, axis=0), np.full(_HASHES, 20)),
        "all 45 bits from one hash": turned(np.repeat(root, _HASHES, axis=0), np.full(_HASHES, 45)),
    }
    rows: list[tuple[Any, ...]] = []
    for name, hashes in made.items():
        asked = turned(hashes[random.integers(0, _HASHES, 40)], np.full(40, 33), seed=6)
        with built(hashes) as mine:
            ours_s = [_timed(partial(mine.index.search, one[None], MATCH_BITS))[1] for one in asked]
            every_s = [_timed(partial(native.search, one[None], hashes, MATCH_BITS))[1] for one in asked]
        rows.append((name, middle(ours_s) * 1e3, middle(every_s) * 1e3, middle(ours_s) / middle(every_s)))
    found.put("lists made to swell it, slowest over comparing every hash", max(row[3] for row in rows))
    columns = ("list", "index, ms a query", "every hash, ms a query", "times")
    found.table(f"Lists made to swell the index, {_HASHES:,} hashes", columns, rows)


def _unlaid(hashes: np.ndarray) -> np.ndarray:
    """Hashes that `native.lay` would turn into these."""
    single = np.packbits(np.eye(256, dtype=np.uint8), axis=1)
    place = np.unpackbits(native.lay(single), axis=1).argmax(axis=1)
    return np.ascontiguousarray(np.packbits(np.unpackbits(hashes, axis=1)[:, place], axis=1))


def _timed(work: Any) -> tuple[native.Hits, float]:
    start_s = time.thread_time()
    hits = work()
    return hits, time.thread_time() - start_s


def _differ(hits: native.Hits, truth: native.Hits, count: int) -> bool:
    stop = int(np.searchsorted(truth.query, count))
    return not all(np.array_equal(found, wanted[:stop]) for found, wanted in zip(hits, truth, strict=True))
