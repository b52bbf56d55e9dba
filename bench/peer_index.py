"""Indexes of other people over 256-bit hashes, in the peers' environment (see `peer_side`). One index at a time.

flat             faiss IndexBinaryFlat: every hash is compared
multihash-16x16  faiss IndexBinaryMultiHash as threatexchange sets it: 16 tables of 16 bits, one bit turned
multihash-11x23  the same, tuned: 11 tables of 23 bits, two bits turned
pdqindex         threatexchange PDQIndex
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from threatexchange.signal_type.pdq.pdq_index import PDQIndex

_RADIUS = 32  # faiss: distances below it
_held: dict[str, Any] = {}


def build_index(kind: str, path: str) -> dict[str, Any]:
    """Build an index of the hashes in a .npy file and keep it."""
    hashes = np.load(path)
    _held.clear()
    before_kb = _resident_kb()
    start_s, start_cpu_s = time.perf_counter(), time.process_time()
    if kind == "pdqindex":
        made: Any = PDQIndex.build((pdq_hash.tobytes().hex(), row) for row, pdq_hash in enumerate(hashes))
    else:
        made = _faiss_index(kind)
        made.add(hashes)
    took = {"wall_s": time.perf_counter() - start_s, "cpu_s": time.process_time() - start_cpu_s}
    _held["index"], _held["kind"] = made, kind
    return took | {"resident_mb": (_resident_kb() - before_kb) * 1024 / 1e6}


def ask_index(path: str) -> dict[str, Any]:
    """Ask each hash of a .npy file by itself: CPU seconds and the rows found, sorted."""
    cpu_s, found = [], []
    for query in np.load(path):
        if _held["kind"] == "pdqindex":
            text = query.tobytes().hex()
            start_s = time.process_time()
            matches = _held["index"].query(text)
            cpu_s.append(time.process_time() - start_s)
            found.append(sorted(match.metadata for match in matches))
        else:
            one = query[None]
            start_s = time.process_time()
            _, _, rows = _held["index"].range_search(one, _RADIUS)
            cpu_s.append(time.process_time() - start_s)
            found.append(sorted(rows.tolist()))
    return {"cpu_s": cpu_s, "found": found}


def ask_index_together(path: str) -> dict[str, Any]:
    """Ask all hashes of a .npy file in one call; faiss only."""
    asked = np.load(path)
    start_s = time.process_time()
    limits, _, _ = _held["index"].range_search(asked, _RADIUS)
    return {"cpu_s": time.process_time() - start_s, "pairs": int(limits[-1])}


def _faiss_index(kind: str) -> Any:
    if kind == "flat":
        return faiss.IndexBinaryFlat(256)
    tables, bits, turned = {"multihash-16x16": (16, 16, 1), "multihash-11x23": (11, 23, 2)}[kind]
    made = faiss.IndexBinaryMultiHash(256, tables, bits)
    made.nflip = turned
    return made


def _resident_kb() -> int:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(text.partition("VmRSS:")[2].split()[0])
