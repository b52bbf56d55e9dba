"""What an index file holds (see `container` for how it stands there, and native/mih.h for how hashes are found).

A *source* is one table of hashes of one list: number 2k is the pictures of list k, 2k + 1 its video frames. Each
distinct hash stands once, whoever has it; its owners stand together.
"""

from __future__ import annotations

from typing import Final

from tutela.domain.errors import IndexCorruptError
from tutela.domain.signals import DIGEST_KINDS
from tutela.engine.matching.container import Form

HASHES: Final[dict[str, tuple[str, int]]] = {
    "plan": ("u1", 3),  # of each chunk: width, radius, prefix bits
    "hash": ("u1", 32),  # each distinct hash once, laid out by native.lay, in their order
    "offset": ("<u4", 1),  # the columns of native.IndexColumns, chunk after chunk
    "follow": ("<u2", 1),
    "row": ("<u4", 1),
}
OWNERS: Final[dict[str, tuple[str, int]]] = {
    "owner.end": ("<u4", 1),  # of each hash: where its owners end
    "owner.source": ("<u2", 1),
    "owner.row": ("<u4", 1),  # in the source's table
}
DIGESTS: Final[dict[str, tuple[str, int]]] = {
    f"{kind}.{part}": shape
    for kind in DIGEST_KINDS
    for part, shape in (
        ("prefix", ("<u8", 1)),  # the first eight bytes as a number; rows are sorted by them
        ("rest", ("u1", kind.digest_bytes - 8)),
        ("owner", ("<u8", 1)),  # list << 32 | entry
    )
}
ENTRY_BITS: Final = 32
SOURCES_MAX: Final = 1 << 16

INDEX: Final = Form(
    magic=b"TUTELA\x00I",
    version=1,
    noun="index",
    hint="Build the index again.",
    error=IndexCorruptError,
    layout=HASHES | OWNERS | DIGESTS,
)
