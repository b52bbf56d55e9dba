"""Hashes to search among: random ones, and PDQ of real photographs; queries planted at known distances.

Real hashes are the PDQ of small crops of the photographs of `bench.corpus`, at random places: many lie near each other,
as they do in real lists. They are made once and kept in `.peers`.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

from bench import corpus
from bench.peers import FOLDER
from tutela.domain.signals import DIGEST_KINDS
from tutela.engine import native
from tutela.engine.matching import DigestTable, SignalIndex
from tutela.engine.matching.index import build_index

if TYPE_CHECKING:
    from collections.abc import Generator

MATCH_BITS: Final = 31
_CROP_PX: Final = 96
_REAL: Final = FOLDER / "real-hashes-1.npy"


def random_hashes(count: int, seed: int = 1) -> np.ndarray:
    """Hashes without pattern, shape (count, 32)."""
    return np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)


def real_hashes(count: int) -> np.ndarray:
    """PDQ of crops of photographs; all of them are different."""
    if _REAL.exists() and len(found := np.load(_REAL, mmap_mode="r")) >= count:
        return np.ascontiguousarray(found[:count])
    random = np.random.default_rng(5)
    paths = corpus.files(corpus.MP4)
    each = -(-count * 21 // 20 // len(paths))
    made: list[bytes] = []
    for path in paths:
        with Image.open(path) as picture:
            luma = np.asarray(picture.convert("L"))
        for _ in range(each):
            top, left = (int(random.integers(side - _CROP_PX)) for side in luma.shape)
            hashed = native.pdq(luma[top : top + _CROP_PX, left : left + _CROP_PX])
            if hashed.quality:
                made.append(hashed.hash)
    distinct = np.frombuffer(b"".join(dict.fromkeys(made)), np.uint8).reshape(-1, 32)
    distinct = distinct[random.permutation(len(distinct))]
    np.save(_REAL, distinct)
    return np.ascontiguousarray(distinct[:count])


def turned(hashes: np.ndarray, bits: np.ndarray, seed: int = 3) -> np.ndarray:
    """Copies of hashes, each with exactly so many bits turned."""
    random = np.random.default_rng(seed)
    masks = np.zeros((len(hashes), 256), np.uint8)
    order = random.random((len(hashes), 256)).argsort(axis=1)
    masks[np.arange(len(hashes))[:, None], order] = np.arange(256)[None] < bits[:, None]
    return hashes ^ np.packbits(masks, axis=1)


def queries(hashes: np.ndarray, count: int, seed: int = 7) -> np.ndarray:
    """Half planted at 0 to 40 bits, half random: what a stream of uploads is not, and what a search must survive."""
    random = np.random.default_rng(seed)
    planted = turned(hashes[random.integers(0, len(hashes), count // 2)], np.arange(count // 2) % 41, seed)
    return np.ascontiguousarray(
        random.permutation(np.concatenate([planted, random_hashes(count - len(planted), seed)]))
    )


@dataclass(frozen=True, slots=True)
class Built:
    """An index of ours in a file, opened, and what building it took."""

    index: SignalIndex
    path: Path
    wall_s: float
    cpu_s: float
    tables_bytes: int  # without owners and digests


@contextmanager
def built(hashes: np.ndarray) -> Generator[Built]:
    """Build an index of hashes, synced to disk, and open it, all of it in memory."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as name:
        path = Path(name) / "index"
        start_s, start_cpu_s = time.perf_counter(), time.process_time()
        with path.open("w+b") as target:
            build_index([_list_of(hashes)], target, folder=Path(name))
            target.flush()
            os.fsync(target.fileno())
        wall_s, cpu_s = time.perf_counter() - start_s, time.process_time() - start_cpu_s
        index = SignalIndex.open(path)
        index.load()
        yield Built(index, path, wall_s, cpu_s, index.tables_bytes)


def _list_of(hashes: np.ndarray) -> Any:
    """What `build_index` asks of a list, without importing one row by row."""
    none = {
        kind: DigestTable(
            np.empty(0, np.uint64), np.empty((0, kind.digest_bytes - 8), np.uint8), np.empty(0, np.uint32)
        )
        for kind in DIGEST_KINDS
    }
    info = SimpleNamespace(name="bench", version="0" * 64)
    return SimpleNamespace(info=info, picture_hashes=hashes, frame_hashes=hashes[:0], digests=none)
