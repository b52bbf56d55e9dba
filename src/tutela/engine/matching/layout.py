"""The packed list file: what stands where, and how it is known to be whole.

    header   64 bytes: magic, format version, where the index is, SHA-256 of the index
    sections columns of fixed-width little-endian rows, each from a multiple of 64 bytes, in the order of LAYOUT
    index    JSON: the list's info, and of every section its offset, rows and a SHA-256 for each 16 MiB

The header vouches for the index and the index for the sections, so a file is checked in parallel, block by block (1 M
entries: about 0.1 s; it grows with the bytes). The checksums find accidents and half-written files; they are no
signature.

The version of a list is the SHA-256 of its info and its section digests, without what says nothing about its content:
when it was imported, and which rows were rejected on the way. The same content imported twice is the same version.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from tutela.domain.errors import ListCorruptError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAGIC: Final = b"TUTELA\x00L"
FORMAT_VERSION: Final = 1
HEADER: Final = struct.Struct("<8sIIQQ32s")
ALIGN_BYTES: Final = 64
BLOCK_BYTES: Final = 16 * 1024 * 1024
_INDEX_BYTES_MAX: Final = 256 * 1024 * 1024

LAYOUT: Final[dict[str, tuple[str, int]]] = {
    # section: (dtype, columns). Prefixes are the first eight bytes of a digest as a number; rows are sorted by them.
    "md5.prefix": ("<u8", 1),
    "md5.rest": ("u1", 8),
    "md5.entry": ("<u4", 1),
    "sha1.prefix": ("<u8", 1),
    "sha1.rest": ("u1", 12),
    "sha1.entry": ("<u4", 1),
    "sha256.prefix": ("<u8", 1),
    "sha256.rest": ("u1", 24),
    "sha256.entry": ("<u4", 1),
    "pdq.hash": ("u1", 32),
    "pdq.entry": ("<u4", 1),
    "flat.hash": ("u1", 32),  # degenerate PDQ: kept, never searched
    "flat.entry": ("<u4", 1),
    "frame.hash": ("u1", 32),  # frames that are matched: good enough, once each in their video
    "frame.entry": ("<u4", 1),
    "frame.quality": ("u1", 1),
    "frame.time_ms": ("<u4", 1),
    "idle.hash": ("u1", 32),  # the other frames of the list's videos: kept, never searched
    "idle.entry": ("<u4", 1),
    "idle.quality": ("u1", 1),
    "idle.time_ms": ("<u4", 1),
    "entry.carries": ("u1", 1),  # which signals the entry has, see CARRIES
    "entry.classification": ("<u4", 1),  # row of label
    "entry.source": ("<u4", 1),  # row of label
    "id.end": ("<u8", 1),  # where the text of each row ends
    "id.text": ("u1", 1),
    "label.end": ("<u8", 1),
    "label.text": ("u1", 1),
    "opaque.entry": ("<u4", 1),
    "opaque.kind": ("<u4", 1),  # row of label
    "opaque.end": ("<u8", 1),
    "opaque.text": ("u1", 1),
    "rejected.line": ("<u8", 1),
    "rejected.reason": ("<u4", 1),  # row of reason
    "reason.end": ("<u8", 1),
    "reason.text": ("u1", 1),
}
CARRIES: Final = {"md5": 1, "sha1": 2, "sha256": 4, "pdq": 8, "vpdq": 16, "opaque": 32}
"""Bits of `entry.carries`."""

_BESIDE_CONTENT: Final = ("rejected.", "reason.")
_INFO_BESIDE_CONTENT: Final = ("version", "imported_at", "rows_rejected")


@dataclass(frozen=True, slots=True)
class Section:
    """Where one column stands. `blocks` are the SHA-256 of each 16 MiB of it, hexadecimal."""

    offset: int
    rows: int
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """What the index at the end of a packed file says."""

    info: Mapping[str, object]
    sections: Mapping[str, Section]


def row_bytes(name: str) -> int:
    """Return the bytes of one row of a section."""
    dtype, columns = LAYOUT[name]
    return int(dtype[-1]) * columns


def version_of(info: Mapping[str, object], sections: Mapping[str, Section]) -> str:
    """Return the version of a list: the SHA-256 of its content, hexadecimal."""
    content = {
        "info": {key: value for key, value in info.items() if key not in _INFO_BESIDE_CONTENT},
        "sections": {
            name: [section.rows, *section.blocks]
            for name, section in sections.items()
            if not name.startswith(_BESIDE_CONTENT)
        },
    }
    return hashlib.sha256(_canonical(content)).hexdigest()


def encode_index(index: Index) -> bytes:
    """Write an index as JSON."""
    sections = {name: [one.offset, one.rows, list(one.blocks)] for name, one in index.sections.items()}
    return _canonical({"info": dict(index.info), "sections": sections})


def encode_header(index: bytes, index_offset: int) -> bytes:
    """Write the header of a file whose index has these bytes and stands there."""
    digest = hashlib.sha256(index).digest()
    return HEADER.pack(MAGIC, FORMAT_VERSION, 0, index_offset, len(index), digest)


def index_span(header: bytes, file_bytes: int) -> tuple[int, int, bytes]:
    """Return offset, length and SHA-256 of the index; `ListCorruptError` where the header or the size is wrong."""
    if len(header) < HEADER.size or header[: len(MAGIC)] != MAGIC:
        raise ListCorruptError("the file is no packed hash list", hint="Import the list again.")
    _, version, _, offset, length, digest = cast("tuple[bytes, int, int, int, int, bytes]", HEADER.unpack(header))
    if version != FORMAT_VERSION:
        raise ListCorruptError(
            f"the packed list has format version {version}, this Tutela reads {FORMAT_VERSION}",
            hint="Import the list again with this version of Tutela.",
        )
    if offset + length != file_bytes or length > _INDEX_BYTES_MAX:
        raise ListCorruptError(
            f"the packed list has {file_bytes} bytes where its header says {offset + length}: truncated or altered",
            hint="Import the list again.",
        )
    return offset, length, digest


def decode_index(raw: bytes, digest: bytes, index_offset: int) -> Index:
    """Read and check an index; `ListCorruptError` where it is altered or says what cannot be."""
    if hashlib.sha256(raw).digest() != digest:
        raise ListCorruptError("the index of the packed list is altered", hint="Import the list again.")
    try:
        parsed = json.loads(raw)
        sections = {
            name: Section(int(offset), int(rows), tuple(map(str, blocks)))
            for name, (offset, rows, blocks) in parsed["sections"].items()
        }
        index = Index(cast("dict[str, object]", parsed["info"]), sections)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ListCorruptError("the index of the packed list cannot be read", hint="Import the list again.") from None
    _check_sections(index, index_offset)
    return index


def _check_sections(index: Index, index_offset: int) -> None:
    end = HEADER.size
    if list(index.sections) != list(LAYOUT):
        raise ListCorruptError("the packed list lacks a section", hint="Import the list again.")
    for name, section in index.sections.items():
        size = section.rows * row_bytes(name)
        blocks = -(-size // BLOCK_BYTES)
        if section.rows < 0 or section.offset < end or section.offset % ALIGN_BYTES or len(section.blocks) != blocks:
            raise ListCorruptError(f"section {name} of the packed list is misplaced", hint="Import the list again.")
        end = section.offset + size
    if end > index_offset:
        raise ListCorruptError("the sections of the packed list overlap its index", hint="Import the list again.")
    if index.info.get("version") != version_of(index.info, index.sections):
        raise ListCorruptError("the packed list is not of the version it says", hint="Import the list again.")


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=False, separators=(",", ":"), ensure_ascii=True).encode()
