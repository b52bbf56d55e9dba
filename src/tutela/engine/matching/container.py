"""One immutable file of columns: what stands where, and how it is known to be whole. Packed lists and indexes are such.

    header   64 bytes: magic, format version, where the index is, SHA-256 of the index
    sections columns of fixed-width little-endian rows, each from a multiple of 64 bytes, in the order of the layout
    index    JSON: what the file says about itself, and of every section its offset, rows and a SHA-256 for each 16 MiB

The header vouches for the index and the index for the sections, so a file is opened in the time that its index takes to
read, and checked in parallel, block by block. The checksums find accidents and half-written files; they are no
signature.

The version of a file is the SHA-256 of what it says and of its section digests, without what says nothing about its
content. The same content made twice is the same version.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import mmap
import os
import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Self, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from tutela.domain.errors import TutelaError

HEADER: Final = struct.Struct("<8sIIQQ32s")
ALIGN_BYTES: Final = 64
BLOCK_BYTES: Final = 16 * 1024 * 1024
_INDEX_BYTES_MAX: Final = 256 * 1024 * 1024
_CHECKING_THREADS_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of file: its columns, and how people are told of its faults.

    `layout` maps sections to (dtype, columns). Sections and keys of the info that stand `beside` the content do not
    count for the version.
    """

    magic: bytes
    version: int
    noun: str
    hint: str
    error: type[TutelaError]
    layout: Mapping[str, tuple[str, int]]
    sections_beside: tuple[str, ...] = ()
    info_beside: tuple[str, ...] = ("version",)

    def row_bytes(self, name: str) -> int:
        """Return the bytes of one row of a section."""
        dtype, columns = self.layout[name]
        return int(dtype[-1]) * columns

    def fault(self, words: str) -> TutelaError:
        """Return an error about a file of this kind; `{noun}` in the words is its name."""
        return self.error(words.format(noun=self.noun), hint=self.hint)


@dataclass(frozen=True, slots=True)
class Section:
    """Where one column stands. `blocks` are the SHA-256 of each 16 MiB of it, hexadecimal."""

    offset: int
    rows: int
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """What the index at the end of a file says."""

    info: Mapping[str, object]
    sections: Mapping[str, Section]


class Container:
    """A file, mapped. Its columns stay readable while it is replaced or removed."""

    def __init__(self, form: Form, mapped: mmap.mmap, view: memoryview, index: Index) -> None:
        self.form = form
        self.index = index
        self._mapped = mapped
        self._view = view

    @classmethod
    def open(cls, form: Form, path: Path) -> Self:
        """Map a file and check header, index and the place of every section; the form's error where they are wrong."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < HEADER.size:
                raise form.fault("the file is no {noun}")
            mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        view = memoryview(mapped)
        offset, length, digest = index_span(form, bytes(view[: HEADER.size]), size)
        return cls(form, mapped, view, decode_index(form, bytes(view[offset : offset + length]), digest, offset))

    def advise(self, advice: int) -> None:
        """Tell the system how the file will be used; a system that does not know this advice goes on without."""
        with contextlib.suppress(OSError):
            self._mapped.madvise(advice)

    def column(self, name: str) -> NDArray[Any]:
        """Return one section, in place: shape (rows,) or (rows, columns)."""
        dtype, columns = self.form.layout[name]
        section = self.index.sections[name]
        flat = np.frombuffer(self._view, dtype, section.rows * columns, section.offset)
        return flat if columns == 1 else flat.reshape(-1, columns)

    def content(self) -> memoryview:
        """Return the bytes of the file."""
        return self._view

    def check_blocks(self) -> None:
        """Compare every block with its digest, several at a time: hashlib lets go of the interpreter lock."""
        threads = min(_CHECKING_THREADS_MAX, os.cpu_count() or 1)
        with ThreadPoolExecutor(threads, thread_name_prefix="tutela-check") as pool:
            altered = next(islice(filter(None, pool.map(self._wrong, self._spans())), 1), None)
        if altered is not None:
            raise self.form.fault(f"section {altered} of the {{noun}} is altered or damaged")

    def _spans(self) -> Iterator[tuple[str, int, int, str]]:
        for name, section in self.index.sections.items():
            end = section.offset + section.rows * self.form.row_bytes(name)
            for number, digest in enumerate(section.blocks):
                start = section.offset + number * BLOCK_BYTES
                yield name, start, min(start + BLOCK_BYTES, end), digest

    def _wrong(self, span: tuple[str, int, int, str]) -> str:
        name, start, end, digest = span
        return "" if hashlib.sha256(self._view[start:end]).hexdigest() == digest else name


def version_of(form: Form, info: Mapping[str, object], sections: Mapping[str, Section]) -> str:
    """Return the version of a file: the SHA-256 of its content, hexadecimal."""
    content = {
        "info": {key: value for key, value in info.items() if key not in form.info_beside},
        "sections": {
            name: [section.rows, *section.blocks]
            for name, section in sections.items()
            if not name.startswith(form.sections_beside)
        },
    }
    return hashlib.sha256(_canonical(content)).hexdigest()


def encode_index(index: Index) -> bytes:
    """Write an index as JSON."""
    sections = {name: [one.offset, one.rows, list(one.blocks)] for name, one in index.sections.items()}
    return _canonical({"info": dict(index.info), "sections": sections})


def encode_header(form: Form, index: bytes, index_offset: int) -> bytes:
    """Write the header of a file whose index has these bytes and stands there."""
    digest = hashlib.sha256(index).digest()
    return HEADER.pack(form.magic, form.version, 0, index_offset, len(index), digest)


def index_span(form: Form, header: bytes, file_bytes: int) -> tuple[int, int, bytes]:
    """Return offset, length and SHA-256 of the index; the form's error where the header or the size is wrong."""
    if len(header) < HEADER.size or header[: len(form.magic)] != form.magic:
        raise form.fault("the file is no {noun}")
    _, version, _, offset, length, digest = cast("tuple[bytes, int, int, int, int, bytes]", HEADER.unpack(header))
    if version != form.version:
        raise form.fault(f"the {{noun}} has format version {version}, this Tutela reads {form.version}")
    if offset + length != file_bytes or length > _INDEX_BYTES_MAX:
        raise form.fault(
            f"the {{noun}} has {file_bytes} bytes where its header says {offset + length}: truncated or altered"
        )
    return offset, length, digest


def decode_index(form: Form, raw: bytes, digest: bytes, index_offset: int) -> Index:
    """Read and check an index; the form's error where it is altered or says what cannot be."""
    if hashlib.sha256(raw).digest() != digest:
        raise form.fault("the index of the {noun} is altered")
    try:
        parsed = json.loads(raw)
        sections = {
            name: Section(int(offset), int(rows), tuple(map(str, blocks)))
            for name, (offset, rows, blocks) in parsed["sections"].items()
        }
        index = Index(cast("dict[str, object]", parsed["info"]), sections)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise form.fault("the index of the {noun} cannot be read") from None
    _check_sections(form, index, index_offset)
    return index


def _check_sections(form: Form, index: Index, index_offset: int) -> None:
    end = HEADER.size
    if list(index.sections) != list(form.layout):
        raise form.fault("the {noun} lacks a section")
    for name, section in index.sections.items():
        size = section.rows * form.row_bytes(name)
        blocks = -(-size // BLOCK_BYTES)
        if section.rows < 0 or section.offset < end or section.offset % ALIGN_BYTES or len(section.blocks) != blocks:
            raise form.fault(f"section {name} of the {{noun}} is misplaced")
        end = section.offset + size
    if end > index_offset:
        raise form.fault("the sections of the {noun} overlap its index")
    if index.info.get("version") != version_of(form, index.info, index.sections):
        raise form.fault("the {noun} is not of the version it says")


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=False, separators=(",", ":"), ensure_ascii=True).encode()
