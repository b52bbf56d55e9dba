"""B2: one query at a time against an index of 1 and of 10 million hashes, beside the indexes that others use.

Every index is asked the same queries (half of them planted at 0 to 40 bits), one by one, in turns with ours; CPU time
of each query, in one thread, less what reading the clock takes by itself; medians of all; the 99th percentile over the
median is that of the median round. Answers of ours are compared with comparing every pair. The peers' indexes are built
one after another in processes of their own. `TUTELA_BENCH_HASHES_MAX=1000000` leaves out the larger sizes (what was not
measured stays empty, and is not met).
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.hashes import middle
from bench.pdq_hashes import MATCH_BITS, Built, built, queries, random_hashes, real_hashes
from bench.peers import FOLDER, Peer
from bench.record import Measurement
from tutela.engine import native
from tutela.engine.matching import SignalIndex

MILLION: Final = 1_000_000
SIZES: Final = (10_000, 100_000, MILLION, 10 * MILLION)
PEERS: Final = {
    "flat": "faiss IndexBinaryFlat",
    "pdqindex": "threatexchange PDQIndex",
    "multihash-11x23": "faiss IndexBinaryMultiHash, 11 x 23 bits",
    "multihash-16x16": "faiss IndexBinaryMultiHash, 16 x 16 bits",
}
_BESIDE: Final = {MILLION: tuple(PEERS), 10 * MILLION: tuple(PEERS)}  # smaller sizes: faiss Flat only
_OURS: Final = 4000  # queries of ours in one round
_THEIRS: Final = {10_000: 2000, 100_000: 2000, MILLION: 400, 10 * MILLION: 100}
_ROUNDS: Final = 3
_TOGETHER_S: Final = 3.0


@dataclass(slots=True)
class _Times:
    """CPU seconds of single queries, and what building took."""

    each_s: list[float] = field(default_factory=list)
    build_wall_s: float = 0.0
    build_cpu_s: float = 0.0
    bytes_each: float = 0.0
    spreads: list[float] = field(default_factory=list)  # 99th percentile over median, of each round

    def row(self, hashes: str, name: str) -> tuple[Any, ...]:
        median_s, most_s = middle(self.each_s), float(np.percentile(self.each_s, 99))
        return (
            hashes,
            name,
            median_s * 1e3,
            most_s * 1e3,
            1 / float(np.mean(self.each_s)),
            self.build_wall_s,
            self.build_cpu_s,
            self.bytes_each,
        )


def measure() -> Measurement:
    """Run every size."""
    found = Measurement()
    largest = int(os.environ.get("TUTELA_BENCH_HASHES_MAX", str(SIZES[-1])))
    rows: list[tuple[Any, ...]] = []
    differing = 0
    by_size: dict[int, dict[str, _Times]] = {}
    for size in SIZES:
        if size <= largest:
            by_size[size], wrong, more = _size(found, random_hashes(size), _BESIDE.get(size, ("flat",)))
            differing += wrong
            rows += [times.row(f"{size:,} random", name) for name, times in by_size[size].items()] + more
    real, wrong, _ = _size(found, real_hashes(MILLION), ("flat", "multihash-16x16"))
    rows += [times.row(f"{MILLION:,} of photographs", name) for name, times in real.items()]
    found.put("answers that differ from comparing every pair", differing + wrong)
    _figures(found, by_size, real)
    columns = ("hashes", "index", "p50 ms", "p99 ms", "queries/s", "build s", "build CPU s", "bytes a hash")
    found.table("One query over the number of hashes", columns, rows)
    found.notes.append(
        "bytes a hash: ours the tables of hashes, without owners and digests; peers the growth of the resident memory; "
        "times are CPU of one thread; ours is answered from a mapped file, called from Python as the peers are"
    )
    return found


def _figures(found: Measurement, by_size: dict[int, dict[str, _Times]], real: dict[str, _Times]) -> None:
    for size, word in ((MILLION, "1 M"), (10 * MILLION, "10 M")):
        times = by_size.get(size, {})
        ours = times.get("ours")
        for kind, name in PEERS.items():
            theirs = times.get(kind)
            found.put(
                f"{word}, one query, beside {name}",
                middle(ours.each_s) * 1e3 if ours else None,
                middle(theirs.each_s) * 1e3 if theirs else None,
            )
        found.put(f"{word}, 99th percentile over median", _spread(ours) if ours else None)
        found.put(f"{word}, tables of hashes", ours.bytes_each if ours else None)
        theirs = times.get("pdqindex")
        found.put(f"{word}, build", ours.build_wall_s if ours else None, theirs.build_wall_s if theirs else None)
    found.put("1 M photographs, one query", middle(real["ours"].each_s) * 1e3, middle(real["flat"].each_s) * 1e3)


def _spread(times: _Times) -> float:
    """Median of the rounds: one in which the machine was busy with something else says nothing of ours."""
    return middle(times.spreads)


def _size(
    found: Measurement, hashes: np.ndarray, kinds: tuple[str, ...]
) -> tuple[dict[str, _Times], int, list[tuple[Any, ...]]]:
    """One set of hashes: times by index, answers of ours that differ, rows about two processes."""
    asked = queries(hashes, _OURS)
    few = asked[: _THEIRS[len(hashes)]]
    times: dict[str, _Times] = {}
    with tempfile.TemporaryDirectory(dir=FOLDER) as name, built(hashes) as mine:
        folder = Path(name)
        np.save(folder / "hashes.npy", hashes)
        np.save(folder / "asked.npy", asked)
        np.save(folder / "few.npy", few)
        ours = times["ours"] = _Times([], mine.wall_s, mine.cpu_s, mine.tables_bytes / len(hashes))
        answers = _ask(mine.index, asked, ours)
        truth = native.search(few, hashes, MATCH_BITS)
        differing = sum(answers[at] != truth.row[truth.query == at].tolist() for at in range(len(few)))
        for kind in kinds:
            times[kind] = _beside(found, kind, folder, mine, ours)
        return times, differing, _processes(mine, asked, f"{len(hashes):,} random")


def _clock_s() -> float:
    """What reading the clock twice takes by itself: it is no part of a query, of ours or of a peer's."""
    taken: list[float] = []
    for _ in range(_OURS):
        start_s = time.thread_time()
        taken.append(time.thread_time() - start_s)
    return middle(taken)


def _ask(index: SignalIndex, asked: np.ndarray, times: _Times) -> list[list[int]]:
    """Every query by itself. Answers are rows of what was indexed."""
    found: list[Any] = []
    clock_s = _clock_s()
    for at in range(len(asked)):
        start_s = time.thread_time()
        hits = index.search(asked[at : at + 1], MATCH_BITS)
        times.each_s.append(time.thread_time() - start_s - clock_s)
        found.append(hits.row)
    return [sorted(index.owners(rows).row.tolist()) for rows in found]


def _beside(found: Measurement, kind: str, folder: Path, mine: Built, ours: _Times) -> _Times:
    """One peer, in turns with ours."""
    asked = np.load(folder / "asked.npy")
    with Peer() as peer:
        took = peer.ask("build_index", kind=kind, path=str(folder / "hashes.npy"))
        times = _Times([], took["wall_s"], took["cpu_s"], took["resident_mb"] * 1e6 / mine.index.hashes)
        answer: dict[str, Any] = {}
        for _ in range(_ROUNDS):
            begun = len(ours.each_s)
            _ask(mine.index, asked, ours)
            ours.spreads.append(float(np.percentile(ours.each_s[begun:], 99)) / middle(ours.each_s[begun:]))
            answer = peer.ask("ask_index", path=str(folder / "few.npy"))
            clock_s = _clock_s()
            times.each_s += [each_s - clock_s for each_s in answer["cpu_s"]]
    pairs = sum(map(len, answer["found"]))
    found.notes.append(
        f"{PEERS[kind]} at {mine.index.hashes:,} hashes found {pairs} pairs in {len(answer['found'])} queries"
    )
    return times


def _processes(mine: Built, asked: np.ndarray, hashes: str) -> list[tuple[Any, ...]]:
    """Queries a second by the wall, one process and two that share the file."""
    rows: list[tuple[Any, ...]] = []
    for count in (1, 2):
        with multiprocessing.get_context("spawn").Pool(count) as pool:
            rates = pool.starmap(_hammer, [(str(mine.path), asked)] * count)
        rows.append((hashes, f"ours, {count} at once, wall", None, None, sum(rates), None, None, None))
    return rows


def _hammer(path: str, asked: np.ndarray) -> float:
    index = SignalIndex.open(Path(path))
    index.load()
    done, start_s = 0, time.perf_counter()
    while (spent_s := time.perf_counter() - start_s) < _TOGETHER_S:
        index.search(asked[done % len(asked)][None], MATCH_BITS)
        done += 1
    return done / spent_s
