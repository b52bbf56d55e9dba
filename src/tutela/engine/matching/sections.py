"""Writing the sections of a packed list: digest tables sorted, columns aligned, every 16 MiB with its SHA-256."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from tutela.engine.matching.layout import ALIGN_BYTES, BLOCK_BYTES, LAYOUT, Section, row_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

_SLICE_ROWS: Final = 1 << 20  # rows gathered at once while a table is written


def sorted_table(
    name: str, keys: NDArray[np.uint8], entries: NDArray[np.uint32]
) -> Iterator[tuple[str, Iterable[NDArray[Any]]]]:
    """Yield the three columns of a digest table, sorted by prefix; equal prefixes keep the order of the list."""
    prefixes = np.ascontiguousarray(keys[:, :8]).view(">u8").ravel().astype("<u8")
    order = np.argsort(prefixes, kind="stable")
    yield f"{name}.prefix", _slices(prefixes, order)
    yield f"{name}.rest", _slices(keys[:, 8:], order)
    yield f"{name}.entry", _slices(entries, order)


def write_sections(target: BinaryIO, parts: Mapping[str, Iterable[NDArray[Any]]]) -> Iterator[tuple[str, Section]]:
    """Write every section of the layout, in its order; yield its name and where it stands."""
    for name in LAYOUT:
        target.write(bytes(-target.tell() % ALIGN_BYTES))
        offset = target.tell()
        blocks = _Blocks()
        for part in parts[name]:
            raw = np.ascontiguousarray(part).data.cast("B") if part.size else memoryview(b"")
            target.write(raw)
            blocks.add(raw)
        size = target.tell() - offset
        yield name, Section(offset, size // row_bytes(name), blocks.done())


def _slices(values: NDArray[Any], order: NDArray[np.intp]) -> Iterator[NDArray[Any]]:
    for start in range(0, len(order), _SLICE_ROWS):
        yield values[order[start : start + _SLICE_ROWS]]


class _Blocks:
    """SHA-256 of each 16 MiB of a stream of bytes."""

    def __init__(self) -> None:
        self._digests: list[str] = []
        self._hash = hashlib.sha256()
        self._room = BLOCK_BYTES

    def add(self, raw: memoryview) -> None:
        while raw:
            part, raw = raw[: self._room], raw[self._room :]
            self._hash.update(part)
            self._room -= len(part)
            if not self._room:
                self._end()

    def _end(self) -> None:
        self._digests.append(self._hash.hexdigest())
        self._hash = hashlib.sha256()
        self._room = BLOCK_BYTES

    def done(self) -> tuple[str, ...]:
        if self._room < BLOCK_BYTES:
            self._end()
        return tuple(self._digests)
