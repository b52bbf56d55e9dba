"""Digests compared with digests: which entries are known, and by what.

An entry is found once, by the strongest digest that agrees (SHA-256 before SHA-1 before MD5). If the entry also carries
a stronger digest and that one *differs*, the file is not the listed one: collisions of MD5 and SHA-1 can be made to
order. Such an entry is contradicted: it is not known, it is a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tutela.domain.signals import SignalKind
from tutela.engine.matching.layout import CARRIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tutela.domain.signals import Digests
    from tutela.engine.matching.packed import PackedList

BY_STRENGTH: Final = (SignalKind.SHA256, SignalKind.SHA1, SignalKind.MD5)


@dataclass(frozen=True, slots=True)
class ExactEntries:
    """Entries that share a digest with the file, one row an entry, in the order of the list.

    `strength` is the place of the agreeing digest in `BY_STRENGTH`; `contradicted` says that a stronger one differs.
    """

    entry: NDArray[np.uint32]
    strength: NDArray[np.uint8]
    contradicted: NDArray[np.bool_]


def exact_entries(packed: PackedList, digests: Digests) -> ExactEntries | None:
    """Return the entries that share a digest with the file, None where there is none."""
    entries: list[NDArray[np.uint32]] = []
    strengths: list[NDArray[np.uint8]] = []
    contradicted: list[NDArray[np.bool_]] = []
    stronger = np.uint8(0)
    for strength, kind in enumerate(BY_STRENGTH):
        found = packed.digests[kind].find(digests.of_kind(kind))
        if len(found):
            entries.append(found)
            strengths.append(np.full(len(found), strength, np.uint8))
            contradicted.append(packed.carries(found) & stronger != 0)
        stronger |= np.uint8(CARRIES[kind])
    if not entries:
        return None
    entry, first = np.unique(np.concatenate(entries), return_index=True)
    return ExactEntries(entry, np.concatenate(strengths)[first], np.concatenate(contradicted)[first])
