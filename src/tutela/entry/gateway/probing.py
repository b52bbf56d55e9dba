"""Noticing that a key asks many near variants of one known picture: how a list would be felt out, entry by entry.

Rules:

1. Remembered is only what is known or lies within 31 bits of something remembered: ordinary traffic, which is not
   known, leaves no trace and pushes nothing out. The same value asked again is one variant, however often.
2. Where one value has more than `probing_variants_max` different neighbours within the window, the answer is withheld
   and the key is given one a `probing_pause_s`. It is counted and shown (status, metrics).
3. Memory is bounded: `_SLOTS` keys, `_ROWS` variants each, in one file that all processes map. Keys beyond that share
   a slot. Nobody locks: two processes that write one row at once lose a variant, and no more.
4. The file is no record; it holds hashes that were asked, so it stands in TUTELA_HOME/run, for its owner alone, is no
   part of a backup, and begins empty when the gateway starts.

States of a key: quiet -> slowed (its variants exceed the limit) -> quiet again (they left the window).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tutela.domain.signals import PDQ_BYTES
from tutela.engine import native
from tutela.entry.gateway import mapped

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tutela.domain.limits import GatewayLimits

_SLOTS: Final = 256
_ROWS: Final = 512
_REACH_BITS: Final = 31
_SLOT: Final = np.dtype(
    [
        ("prefix", "S8"),  # of the key that was last slowed
        ("slowed", "<u8"),
        ("head", "<u8"),
        ("at_s", "<u4", (_ROWS,)),
        ("hash", "u1", (_ROWS, PDQ_BYTES)),
    ]
)


def begin(path: Path) -> None:
    """Make an empty file. Done once, before any process maps it."""
    mapped.begin(path, _SLOTS * _SLOT.itemsize)


class ProbingWatch:
    """What one process sees of it, which is what all of them wrote."""

    def __init__(self, path: Path, limits: GatewayLimits) -> None:
        self._slots = np.frombuffer(mapped.attach(path, _SLOTS * _SLOT.itemsize), _SLOT)
        self._heads = self._slots["head"]
        self._limits = limits

    def is_quiet(self, bucket: bytes) -> bool:
        """Tell whether nothing at all is remembered of a key: then what it asks in vain need not be looked at."""
        return not self._heads[_place(bucket)]

    def exceeds(self, bucket: bytes, hashes: NDArray[np.uint8], known: NDArray[np.bool_], now_s: int) -> bool:
        """Remember what a key asked, and tell whether that is too many variants of one picture.

        `hashes` has shape (Q, 32); `known` says of each whether it matched.
        """
        slot = self._slots[_place(bucket)]
        rows: NDArray[np.uint8] = slot["hash"]
        near = native.search(hashes, rows, _REACH_BITS)
        if len(near.query):
            known = known.copy()
            known[near.query[self._is_recent(slot, near.row, now_s)]] = True
        if not known.any():
            return False
        each = dict.fromkeys(one.tobytes() for one in hashes[known])
        asked = np.frombuffer(b"".join(each), np.uint8).reshape(-1, PDQ_BYTES)[:_ROWS]
        self._remember(slot, asked, now_s)
        near = native.search(asked, rows, _REACH_BITS)
        recent = self._is_recent(slot, near.row, now_s)
        neighbours = np.bincount(near.query[recent], minlength=1)
        return int(neighbours.max()) > self._limits.probing_variants_max

    def count_slowed(self, bucket: bytes, prefix: str) -> None:
        """Count a request of a key that was held back."""
        slot = self._slots[_place(bucket)]
        slot["slowed"] += 1
        slot["prefix"] = prefix.encode()

    def slowed(self, bucket: bytes) -> int:
        """Return how many of a key's requests were held back."""
        return int(self._slots[_place(bucket)]["slowed"])

    def slowed_by_prefix(self) -> dict[str, int]:
        """Return the same of every key that ever was."""
        held = self._slots[self._slots["slowed"] > 0]
        return {bytes(slot["prefix"]).decode(): int(slot["slowed"]) for slot in held}

    def _remember(self, slot: np.void, asked: NDArray[np.uint8], now_s: int) -> None:
        """Write what is new over what is oldest; what is there already is only young again."""
        same = native.search(asked, slot["hash"], 0)
        slot["at_s"][same.row[slot["at_s"][same.row] > 0]] = now_s
        is_new = np.ones(len(asked), bool)
        is_new[same.query[self._is_recent(slot, same.row, now_s)]] = False
        new = asked[is_new]
        at = (int(slot["head"]) + np.arange(len(new))) % _ROWS
        slot["hash"][at] = new
        slot["at_s"][at] = now_s
        slot["head"] += len(new)

    def _is_recent(self, slot: np.void, rows: NDArray[np.uint32], now_s: int) -> NDArray[np.bool_]:
        return slot["at_s"][rows] > now_s - self._limits.probing_window_s


def _place(bucket: bytes) -> int:
    return int.from_bytes(bucket[:4], "little") % _SLOTS
