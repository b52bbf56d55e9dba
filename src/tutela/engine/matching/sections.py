"""Writing the sections of a file: digest tables sorted, columns aligned, every 16 MiB with its SHA-256."""

from __future__ import annotations

import hashlib
import mmap
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from tutela.engine.matching.container import (
    ALIGN_BYTES,
    BLOCK_BYTES,
    HEADER,
    Form,
    Index,
    Section,
    encode_header,
    encode_index,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

_DIGESTING_THREADS_MAX: Final = 2
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


def write_sections(
    form: Form, target: BinaryIO, parts: Mapping[str, Iterable[NDArray[Any]]]
) -> Iterator[tuple[str, Section]]:
    """Write every section of the layout behind the header's room, in its order; yield its name and where it stands."""
    target.write(bytes(HEADER.size))
    for name in form.layout:
        target.write(bytes(-target.tell() % ALIGN_BYTES))
        offset = target.tell()
        blocks = _Blocks()
        for part in parts[name]:
            raw = np.ascontiguousarray(part).data.cast("B") if part.size else memoryview(b"")
            target.write(raw)
            blocks.add(raw)
        size = target.tell() - offset
        yield name, Section(offset, size // form.row_bytes(name), blocks.done())


class Placed:
    """Sections whose lengths are known beforehand: written in any order, piece by piece, and digested from the file."""

    def __init__(self, form: Form, target: BinaryIO, rows: Mapping[str, int]) -> None:
        self._form = form
        self._target = target
        self._rows = rows
        self._offsets: dict[str, int] = {}
        end = HEADER.size
        for name in form.layout:
            self._offsets[name] = end + -end % ALIGN_BYTES
            end = self._offsets[name] + rows[name] * form.row_bytes(name)
        self._end = end
        self._next = dict(self._offsets)
        target.truncate(end)

    def write(self, name: str, parts: Iterable[NDArray[Any]]) -> None:
        """Go on with a section."""
        for part in parts:
            raw = np.ascontiguousarray(part).data.cast("B") if part.size else memoryview(b"")
            self._target.seek(self._next[name])
            self._target.write(raw)
            self._next[name] += len(raw)

    def column(self, name: str) -> NDArray[Any]:
        """Return a section that is written, in place."""
        dtype, columns = self._form.layout[name]
        flat = np.frombuffer(self._view(), dtype, self._rows[name] * columns, self._offsets[name])
        return flat if columns == 1 else flat.reshape(-1, columns)

    def digest(self) -> dict[str, Section]:
        """Read every section back and return where each stands. The file is left at the end of the last."""
        view = self._view()
        made: dict[str, Section] = {}
        for name, rows in self._rows.items():
            start, size = self._offsets[name], rows * self._form.row_bytes(name)
            if self._next[name] != start + size:
                raise AssertionError(f"section {name} was not written whole")
            spans = [view[at : min(at + BLOCK_BYTES, start + size)] for at in range(start, start + size, BLOCK_BYTES)]
            with ThreadPoolExecutor(_DIGESTING_THREADS_MAX) as pool:
                blocks = tuple(pool.map(_sha256, spans))
            made[name] = Section(start, rows, blocks)
        self._target.seek(self._end)
        return {name: made[name] for name in self._form.layout}

    def _view(self) -> memoryview:
        self._target.flush()
        return memoryview(mmap.mmap(self._target.fileno(), self._end, prot=mmap.PROT_READ))


def finish(form: Form, target: BinaryIO, index: Index) -> None:
    """Write the index behind the sections, and the header before them."""
    raw = encode_index(index)
    offset = target.tell()
    target.write(raw)
    target.seek(0)
    target.write(encode_header(form, raw, offset))


def _sha256(span: memoryview) -> str:
    return hashlib.sha256(span).hexdigest()


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
