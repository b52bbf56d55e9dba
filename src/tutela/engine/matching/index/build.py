"""Lists to one index file.

What stands where is known once equal hashes are told apart, so columns are written wherever they belong, as they come;
two chunks are laid out at a time. The digests of the sections are taken in the end, from the file itself.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from tutela.domain.signals import DIGEST_KINDS
from tutela.engine import native
from tutela.engine.matching.container import Index, version_of
from tutela.engine.matching.index.digests import MergedDigests
from tutela.engine.matching.index.hashes import DistinctHashes
from tutela.engine.matching.index.info import IndexedList, IndexInfo, info_to_json
from tutela.engine.matching.index.layout import INDEX
from tutela.engine.matching.index.plan import plan_for
from tutela.engine.matching.sections import Placed, finish
from tutela.engine.matching.spool import Spools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from tutela.engine.matching.packed import PackedList

_THREADS_MAX: Final = 2
_ROOM_BYTES: Final = 128 * 1024 * 1024  # for chunks laid out and not yet written, at six bytes a hash; two at least
_SHARES: Final = (0.25, 0.35, 0.85, 1.0)  # of the work: sorted, hashes and owners written, chunks laid out, digested


def build_index(
    lists: Sequence[PackedList],
    target: BinaryIO,
    *,
    folder: Path,
    progress: Callable[[float], None] = lambda _: None,
) -> IndexInfo:
    """Write an index over lists and return its info.

    Args:
        lists: what it shall cover, opened and checked. The same lists in the same order give the same file.
        target: a new binary file, readable and writable; not synced, not closed.
        folder: where temporary columns may stand (32 bytes a hash).
        progress: called now and then with the share of the work that is done.
    """
    with Spools(folder) as spools:
        hashes = DistinctHashes(lists, spools)
        digests = {kind: MergedDigests([one.digests[kind] for one in lists]) for kind in DIGEST_KINDS}
        progress(_SHARES[0])
        plan = plan_for(hashes.distinct)
        chunks = len(plan) // 3
        rows = {
            "plan": chunks,
            "hash": hashes.distinct,
            "offset": sum((1 << bits) + 1 for bits in plan[2::3]),
            "follow": hashes.distinct * chunks,
            "row": hashes.distinct * chunks,
            "owner.end": hashes.distinct,
            "owner.source": hashes.owners,
            "owner.row": hashes.owners,
            **{name: len(digests[kind]) for kind in DIGEST_KINDS for name in _digest_sections(kind)},
        }
        placed = Placed(INDEX, target, rows)
        columns: dict[str, Iterable[NDArray[Any]]] = {
            "plan": (np.frombuffer(plan, np.uint8),),
            "hash": hashes.hashes(),
            "owner.end": (hashes.owner_ends(),),
            "owner.source": hashes.owner_sources(),
            "owner.row": hashes.owner_rows(),
        }
        for kind, merged in digests.items():
            columns |= {f"{kind}.{part}": slices for part, slices in merged.columns().items()}
        for name, parts in columns.items():
            placed.write(name, parts)
        progress(_SHARES[1])
    _lay_out(plan, placed, progress)
    info = IndexInfo(
        "",
        tuple(
            IndexedList(one.info.name, one.info.version, len(one.picture_hashes), len(one.frame_hashes))
            for one in lists
        ),
        hashes.distinct,
        hashes.owners,
        sum(map(len, digests.values())),
    )
    sections = placed.digest()
    info = replace(info, version=version_of(INDEX, info_to_json(info), sections))
    finish(INDEX, target, Index(info_to_json(info), sections))
    progress(_SHARES[3])
    return info


def _lay_out(plan: bytes, placed: Placed, progress: Callable[[float], None]) -> None:
    """Write the columns of every chunk, from the hashes in the file."""
    table: NDArray[np.uint8] = placed.column("hash")
    chunks = len(plan) // 3
    begun, done = _SHARES[1:3]
    with ThreadPoolExecutor(min(_THREADS_MAX, os.cpu_count() or 1), thread_name_prefix="tutela-index") as pool:
        together = max(_THREADS_MAX, min(chunks, _ROOM_BYTES // (6 * len(table) + 1)))
        for first in range(0, chunks, together):
            numbers = range(first, min(first + together, chunks))
            made = list(pool.map(partial(native.index_fill, plan, table), numbers))
            # In large pieces: the file system then keeps them in large pages, which are quicker to find the way in.
            placed.write("offset", (np.concatenate([one.offset for one in made]),))
            placed.write("follow", (np.concatenate([one.follow for one in made]),))
            placed.write("row", (np.concatenate([one.row for one in made]),))
            progress(begun + (done - begun) * numbers.stop / chunks)


def _digest_sections(kind: str) -> list[str]:
    return [name for name in INDEX.layout if name.startswith(f"{kind}.")]
