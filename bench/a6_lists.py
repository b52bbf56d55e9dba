"""A6: a list of a million entries: import, open, and whether every answer is that of a naive reference.

The list is synthetic: random digests and hashes. A third of the entries carry three digests, a third MD5 and SHA-1, a
third MD5 alone; nine of ten carry a PDQ. The naive reference is a dictionary for each digest and NumPy's popcount
over the whole table; it shares no code with the matcher. Queries: planted neighbours at 0 to 40 bits around the limit
of 31, random hashes, digests that agree, that agree in part and contradict in the stronger one, and unknown ones.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.cpu import Meter
from bench.hashes import middle
from bench.peers import Peer
from bench.record import Measurement
from tutela.domain.lists import MatchKind, MatchPolicy
from tutela.domain.media import MediaKind
from tutela.domain.signals import Digests, PictureHash
from tutela.engine.formats import open_list
from tutela.engine.matching import ListStore, Matcher

if TYPE_CHECKING:
    from collections.abc import Callable

_ROWS: Final = 1_000_000
_QUERIES: Final = 400
_LIMIT_BITS: Final = 31
_PLANTED_BITS_MAX: Final = 40
_OPENINGS: Final = 5
_BATCH: Final = 1024
_NAME: Final = "bench"
_WHEN: Final = "2020-01-01T00:00:00Z"  # no clock in what is made: the same list every time


@dataclass(frozen=True, slots=True)
class _Rows:
    """The made list, column by column; empty bytes where an entry carries no such signal."""

    md5: list[bytes]
    sha1: list[bytes]
    sha256: list[bytes]
    pdq: list[bytes]

    @staticmethod
    def entry_id(row: int) -> str:
        return f"entry-{row:07d}"


@dataclass(frozen=True, slots=True)
class _Query:
    """What is asked, and the bits by which it was planted (None: not planted)."""

    digests: Digests
    pdq: bytes
    planted_bits: int | None


def measure() -> Measurement:
    """Run every part."""
    found = Measurement()
    random = np.random.default_rng(6)
    rows = _make(random)
    queries = _queries(rows, random)
    with tempfile.TemporaryDirectory() as name, Peer() as peer:
        folder = Path(name)
        table = folder / "list.csv"
        _write(rows, table)
        found.notes.append(f"the CSV has {_ROWS} rows, {table.stat().st_size / 1e6:.0f} MB, six columns")
        theirs = peer.ask("import_list", path=str(table), target=str(folder / "peer.pickle"))
        store = ListStore(folder / "lists")
        _import(found, store, table, theirs)
        answer = peer.ask(
            "ask_list", target=str(folder / "peer.pickle"), queries=[query.pdq.hex() for query in queries]
        )
        _open(found, store, answer)
        _ask(found, store, rows, queries, answer)
    return found


def _import(found: Measurement, store: ListStore, table: Path, theirs: dict[str, float]) -> None:
    meter, start_s = Meter(os.getpid()), time.perf_counter()
    with open_list(table) as opened:
        info = store.add(_NAME, "bench", "1", "synthetic", MatchPolicy(), opened, imported_at=_WHEN)
    wall_s, cpu_s = time.perf_counter() - start_s, meter.spent_s()
    if info.entries != _ROWS or info.rows_rejected:
        raise AssertionError(f"{info.entries} entries, {info.rows_rejected} rejected: the list was not read whole")
    found.put("import of 1,000,000 rows", wall_s, theirs["wall_s"])
    found.table(
        "Import",
        ("program", "wall s", "CPU s", "what it keeps"),
        [
            ("ours", wall_s, cpu_s, "ids, classes, sources, MD5, SHA-1, SHA-256, PDQ"),
            ("threatexchange", theirs["wall_s"], theirs["cpu_s"], "ids, MD5 and PDQ indexes, pickled"),
        ],
    )


def _open(found: Measurement, store: ListStore, theirs: dict[str, float]) -> None:
    checked_s = middle([_timed(lambda: store.open(_NAME)) for _ in range(_OPENINGS)])
    trusted_s = middle([_timed(lambda: store.open(_NAME, verify=False)) for _ in range(_OPENINGS)])
    found.put("open", checked_s, theirs["open_s"])
    found.table(
        "Opening, wall",
        ("how", "ms"),
        [
            ("ours, every block checked against its SHA-256", checked_s * 1e3),
            ("ours, unchecked", trusted_s * 1e3),
            ("threatexchange, unpickled", theirs["open_s"] * 1e3),
        ],
    )


def _ask(found: Measurement, store: ListStore, rows: _Rows, queries: list[_Query], theirs: dict[str, list]) -> None:
    """Every query, against the reference and the peer."""
    packed = store.open(_NAME)
    matcher = Matcher([packed])
    reference = _Reference(rows)
    differing, ours_s = 0, []
    near, near_theirs, near_all = 0, 0, 0
    for query, their in zip(queries, theirs["found"], strict=True):
        start_s = time.process_time()
        hits = matcher.match(query.digests, [PictureHash(query.pdq, 100)], MediaKind.PICTURE)
        ours_s.append(time.process_time() - start_s)
        wanted = reference.answer(query)
        differing += {hit.entry_id: hit.kind for hit in hits} != wanted
        if query.planted_bits is not None and query.planted_bits <= _LIMIT_BITS:
            neighbours = reference.near(query.pdq)
            near_all += len(neighbours)
            near += len(neighbours & {hit.entry_id for hit in hits})
            near_theirs += len(neighbours & set(their))
    found.put("answers that differ from the naive reference", differing)
    found.put("planted neighbours found", 100 * near / near_all, 100 * near_theirs / near_all)
    found.put("one query", middle(ours_s) * 1e3, middle(theirs["cpu_s"]) * 1e3)
    batch = np.frombuffer(os.urandom(_BATCH * 32), dtype=np.uint8).reshape(-1, 32)
    batch_s = middle([_timed(lambda: packed.pictures.search(batch, _LIMIT_BITS, 1 << 20), cpu=True) for _ in range(5)])
    found.put("queries in batches", _BATCH / batch_s, 1 / middle(theirs["cpu_s"]))
    found.notes.append(
        f"{len(queries)} queries, each with three digests and a PDQ; the peer was asked the PDQ only; its batch "
        "figure is one query after another, for it has no batch call"
    )


class _Reference:
    """The naive matcher: dictionaries, and the whole table for every hash."""

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows
        self._tables = [_positions(column) for column in (rows.md5, rows.sha1, rows.sha256)]
        self._carrying = np.array([row for row, pdq in enumerate(rows.pdq) if pdq])
        self._hashes = np.frombuffer(b"".join(rows.pdq), dtype=np.uint64).reshape(-1, 4)

    def near(self, pdq: bytes) -> set[str]:
        """Ids of all entries within the limit."""
        distances = np.bitwise_count(self._hashes ^ np.frombuffer(pdq, dtype=np.uint64)).sum(axis=1)
        return {_Rows.entry_id(row) for row in self._carrying[distances <= _LIMIT_BITS]}

    def answer(self, query: _Query) -> dict[str, MatchKind]:
        """Entry ids with the kind of hit: exact where the strongest digest of the entry agrees."""
        kinds = dict.fromkeys(self.near(query.pdq), MatchKind.NEAR)
        asked = (query.digests.md5, query.digests.sha1, query.digests.sha256)
        for table, value in zip(self._tables, asked, strict=True):
            row = table.get(value)
            if row is not None:
                carried = (self._rows.md5[row], self._rows.sha1[row], self._rows.sha256[row])
                strongest = max(place for place, digest in enumerate(carried) if digest)
                exact = carried[strongest] == asked[strongest]
                kinds[_Rows.entry_id(row)] = MatchKind.EXACT if exact else MatchKind.NEAR
        return kinds


def _make(random: np.random.Generator) -> _Rows:
    def column(size: int, keep: Callable[[int], bool]) -> list[bytes]:
        content = random.bytes(size * _ROWS)
        return [content[row * size : (row + 1) * size] if keep(row) else b"" for row in range(_ROWS)]

    return _Rows(
        md5=column(16, lambda _: True),
        sha1=column(20, lambda row: row % 3 != 0),
        sha256=column(32, lambda row: row % 3 == 1),
        pdq=column(32, lambda row: row % 10 != 7),
    )


def _write(rows: _Rows, path: Path) -> None:
    with path.open("w", encoding="ascii") as stream:
        stream.write("id,classification,md5,sha1,sha256,pdq\n")
        columns = zip(rows.md5, rows.sha1, rows.sha256, rows.pdq, strict=True)
        stream.writelines(
            f"{_Rows.entry_id(row)},class {row % 4},{','.join(value.hex() for value in values)}\n"
            for row, values in enumerate(columns)
        )


def _queries(rows: _Rows, random: np.random.Generator) -> list[_Query]:
    made: list[_Query] = []
    for number in range(_QUERIES):
        row = int(random.integers(_ROWS))
        digests = [random.bytes(16), random.bytes(20), random.bytes(32)]
        known = (rows.md5[row], rows.sha1[row], rows.sha256[row])
        for place in range(3):  # by turns: none, MD5, SHA-1, both, SHA-256, ...
            if number >> place & 1 and known[place]:
                digests[place] = known[place]
        other = int(random.integers(_ROWS))
        planted = number % (_PLANTED_BITS_MAX + 1) if number % 2 and rows.pdq[other] else None
        pdq = random.bytes(32) if planted is None else _turn(rows.pdq[other], planted, random)
        made.append(_Query(Digests(*digests), pdq, planted))
    return made


def _turn(pdq: bytes, bits: int, random: np.random.Generator) -> bytes:
    value = int.from_bytes(pdq, "big")
    for place in random.choice(256, size=bits, replace=False):
        value ^= 1 << int(place)
    return value.to_bytes(32, "big")


def _positions(column: list[bytes]) -> dict[bytes, int]:
    return {value: row for row, value in enumerate(column) if value}


def _timed(work: Callable[[], object], *, cpu: bool = False) -> float:
    clock = time.process_time if cpu else time.perf_counter
    start_s = clock()
    work()
    return clock() - start_s
