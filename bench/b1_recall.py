"""B1: nothing within 31 bits is missed, nothing beyond is found; and how near different photographs come.

10,000 hashes are taken at each size, and of each a query is made at every distance from 0 to 33 bits. Of each query the
planted hash must be found at exactly that distance up to 31 bits, and not beyond. Besides, all answers are compared
with comparing every pair, for as many queries as that takes twenty seconds. Asked together (a join) and one by one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

from bench import corpus
from bench.pdq_hashes import MATCH_BITS, built, random_hashes, real_hashes, turned
from bench.record import Measurement
from tutela.engine import native

if TYPE_CHECKING:
    from tutela.engine.matching import SignalIndex

_PLANTED: Final = 10_000
_DISTANCES: Final = range(34)
_EVERY_PAIR: Final = 2e11  # pairs compared at each size: twenty seconds of one core
_SINGLE: Final = 2000  # of each distance, asked a hundred at a time
_SIZES: Final = (10_000, 100_000, 1_000_000, 10_000_000)
_QUALITIES: Final = ((0, 49), (50, 79), (80, 99), (100, 100))
_SHOWN: Final = (0, 15, 23, 31, 39, 47, 55, 63, 79, 95)


def measure() -> Measurement:
    """Run every size, real hashes, and the photographs."""
    found = Measurement()
    found.notes.append(corpus.description())
    largest = int(os.environ.get("TUTELA_BENCH_HASHES_MAX", str(_SIZES[-1])))
    sizes = [size for size in _SIZES if size <= largest]
    rows: list[tuple[Any, ...]] = [(f"{size:,} random", *_size(random_hashes(size))) for size in sizes]
    rows.append(("1,000,000 of photographs", *_size(real_hashes(1_000_000))))
    found.put("hashes in the largest index", min(largest, _SIZES[-1]))
    found.put("planted queries at each distance from 0 to 33", _PLANTED)
    found.put("planted hashes missed within 31 bits", sum(row[2] for row in rows))
    found.put("planted hashes found beyond 31 bits", sum(row[3] for row in rows))
    found.put("pairs that differ from comparing every pair", sum(row[5] for row in rows))
    asked = sum(row[1] for row in rows) * (MATCH_BITS + 1) / len(_DISTANCES)
    found.put("recall", 100 * (1 - sum(row[2] for row in rows) / asked))
    columns = ("hashes", "queries", "missed within 31", "found beyond", "pairs compared beside, G", "pairs that differ")
    found.table("Planted queries", columns, rows)
    _photographs(found)
    return found


def _size(hashes: np.ndarray) -> tuple[int, int, int, float, int]:
    random = np.random.default_rng(9)
    chosen = random.choice(len(hashes), min(_PLANTED, len(hashes)), replace=False).astype(np.int64)
    missed = beyond = asked = 0
    with built(hashes) as mine:
        for start in range(0, len(_DISTANCES), 2):  # two distances at a time: enough for a join
            distances = np.repeat(np.array(_DISTANCES[start : start + 2]), len(chosen))
            planted = np.tile(chosen, 2)
            queries = turned(hashes[planted], distances, seed=start)
            hits = mine.index.search(queries, MATCH_BITS)
            asked += len(queries)
            within = distances <= MATCH_BITS
            right = _found_right(mine.index, hits, planted, distances)
            missed += int((within & ~right).sum())
            beyond += int((~within & right).sum())
            missed += _singles(mine.index, queries, hits)
        differing, compared = _every_pair(mine.index, hashes, chosen)
    return asked, missed, beyond, compared / 1e9, differing


def _found_right(index: SignalIndex, hits: native.Hits, planted: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Which queries found the hash that they were made of, at the distance that they were made at."""
    owners = index.owners(hits.row)
    query, distance = hits.query[owners.place], hits.distance[owners.place]
    right = np.zeros(len(planted), bool)
    own = owners.row == planted[query]
    right[query[own & ((distance == distances[query]) | (distances[query] > MATCH_BITS))]] = True
    return right


def _singles(index: SignalIndex, queries: np.ndarray, hits: native.Hits) -> int:
    """Pairs that asking without a join misses or adds."""
    few = queries[:_SINGLE]
    single = index.search(few, MATCH_BITS)
    stop = int(np.searchsorted(hits.query, len(few)))
    return int(
        len(single.row) != stop
        or not all(np.array_equal(one, other[:stop]) for one, other in zip(single, hits, strict=True))
    )


def _every_pair(index: SignalIndex, hashes: np.ndarray, chosen: np.ndarray) -> tuple[int, float]:
    """Pairs that only the index or only comparing everything finds, and how many were compared."""
    count = int(min(len(chosen) * 2, max(100, _EVERY_PAIR / len(hashes))))
    distances = np.arange(count) % len(_DISTANCES)
    queries = turned(hashes[np.resize(chosen, count)], distances, seed=77)
    wanted = native.search(queries, hashes, MATCH_BITS)
    hits = index.search(queries, MATCH_BITS)
    owners = index.owners(hits.row)
    left = set(zip(wanted.query.tolist(), wanted.row.tolist(), wanted.distance.tolist(), strict=True))
    right = set(
        zip(
            hits.query[owners.place].tolist(),
            owners.row.tolist(),
            hits.distance[owners.place].tolist(),
            strict=True,
        )
    )
    return len(left ^ right), count * float(len(hashes))


def _photographs(found: Measurement) -> None:
    """Pairs of different photographs at or under a distance, by the lower quality of both."""
    hashes: list[bytes] = []
    qualities: list[int] = []
    for path in corpus.files(corpus.VGA):
        with Image.open(path) as picture:
            hashed = native.pdq(np.asarray(picture.convert("RGB")))
        hashes.append(hashed.hash)
        qualities.append(hashed.quality)
    hashes = np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32)
    quality = np.array(qualities)
    columns = ["distance, bits"]
    counts: list[np.ndarray] = []
    for low, high in _QUALITIES:
        mine, better = hashes[(quality >= low) & (quality <= high)], hashes[quality > high]
        among = native.distance_histogram(mine, mine).copy()
        among[0] -= len(mine)
        pairs = among // 2 + native.distance_histogram(mine, better)
        counts.append(pairs)
        columns.append(f"quality {low} to {high} ({int(pairs.sum()):,} pairs)")
    found.table(
        "Different photographs at or under a distance, by the lower PDQ quality of both",
        columns,
        [(bits, *(int(pairs[: bits + 1].sum()) for pairs in counts)) for bits in _SHOWN],
    )
    good = sum(counts[1:])
    found.put(
        "different photographs of quality 50 and more within 31 bits, of a million pairs",
        float(good[: MATCH_BITS + 1].sum()) / float(good.sum()) * 1e6,
    )
