"""What scanning needs of its neighbours, and no more: it imports none of them.

Each is satisfied by the real part (engine.fingerprint, engine.matching, engine.formats.scan_jsonl) and, in tests, by a
few lines in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.domain.lists import Hit
    from tutela.domain.media import Fingerprint, MediaKind
    from tutela.domain.scan import Resumption, ScanHeader, ScanRow, ScanSummary
    from tutela.domain.signals import Digests, PictureHash


class Fingerprinting(Protocol):
    """From an open file to everything it can be matched by."""

    def fingerprint(self, fd: int, size_bytes: int) -> Fingerprint:
        """`OSError` where reading fails; a file that cannot be decoded is a verdict inside the answer."""
        ...


class Matched(Protocol):
    """The hits of one file, best first, and how many more there were than a report holds."""

    @property
    def hits(self) -> tuple[Hit, ...]: ...  # noqa: D102

    @property
    def left_out(self) -> int: ...  # noqa: D102


class Matching(Protocol):
    """From fingerprints to hits; called from several threads at once."""

    def look_up(self, digests: Digests | None, hashes: Sequence[PictureHash], kind: MediaKind) -> Matched:
        """Every hit of every list."""
        ...


class ReportCodec(Protocol):
    """Between one line of the report and its value. A line ends with a newline and holds no other."""

    def encode(self, line: ScanHeader | ScanRow | Resumption | ScanSummary) -> bytes:
        """Value to line."""
        ...

    def decode(self, line: bytes) -> ScanHeader | ScanRow | Resumption | ScanSummary:
        """Line to value; `ValueError` for anything that `encode` does not make."""
        ...
