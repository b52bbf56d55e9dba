"""One member of an archive, as the readers of the three formats hand it on, and reading it with everything counted.

A member's bytes come as an iterator of chunks that is drawn only as far as somebody asks. Every chunk is digested and,
where it was expanded, charged to the budget of the whole examination; so a bomb ends where the budget does, however
its headers lie and however deep it is nested.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from tutela.domain.media import Reason
from tutela.domain.signals import Digests
from tutela.engine.sandbox.work import Ending, StopError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutela.domain.limits import DecodeLimits
    from tutela.engine.sandbox.work import Allowance

CHUNK_BYTES: Final = 1 << 18

_SMALL_BYTES: Final = 16 * 1024 * 1024  # the ratio of a small archive says nothing


class ArchiveError(Exception):
    """The archive, or one member of it, cannot be read on. Never leaves the sandbox."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Feed(Protocol):
    """Anything that gives bytes in order."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, nothing at the end."""
        ...


class Member(NamedTuple):
    """One file inside an archive: either chunks of content, or the reason why there are none.

    `expands`: its chunks were decompressed, so they count against the budget.
    """

    path: bytes
    chunks: Iterator[bytes]
    refused: Reason = Reason.NONE
    expands: bool = True


class Budget:
    """How many bytes one examination may expand to, over all its archives."""

    def __init__(self, limits: DecodeLimits, stored_bytes: int, allowance: Allowance) -> None:
        self._limit = min(limits.archive_total_bytes_max, max(_SMALL_BYTES, stored_bytes * limits.archive_ratio_max))
        self._spent = 0
        self._allowance = allowance

    def spend(self, size: int) -> None:
        """Charge `size` expanded bytes (0 for stored ones); `StopError` at the limit or the deadline."""
        self._spent += size
        if self._spent > self._limit:
            raise StopError(Ending(Reason.EXPANDS_TOO_MUCH, self._spent, self._limit))
        if self._allowance.passed():
            raise StopError(Ending(Reason.OUT_OF_TIME))


class MemberReader:
    """Reads a member's chunks: counts, charges and (unless told not to) digests them."""

    def __init__(self, member: Member, budget: Budget, *, digest: bool) -> None:
        self._chunks = member.chunks
        self._expands = member.expands
        self._budget = budget
        self._ahead = b""
        self._digests = (
            tuple(hashlib.new(name, usedforsecurity=False) for name in ("md5", "sha1", "sha256")) if digest else ()
        )
        self.size_bytes = 0
        self.flaw = member.refused  # why the content is not whole

    def peek(self, size: int) -> bytes:
        """Return the next bytes, `size` where there are as many, without taking them."""
        while len(self._ahead) < size and (chunk := self._draw()):
            self._ahead += chunk
        return self._ahead[:size]

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, nothing at the end."""
        if not self._ahead:
            self._ahead = self._draw()
        part, self._ahead = self._ahead[:size], self._ahead[size:]
        return part

    def read_all(self, size_max: int) -> bytes | None:
        """Return all that is left; None, and the rest not kept, where it is more than `size_max`."""
        parts, size = [self._ahead], len(self._ahead)
        self._ahead = b""
        while chunk := self._draw():
            size += len(chunk)
            if size > size_max:
                self.drain()
                return None
            parts.append(chunk)
        return b"".join(parts)

    def drain(self) -> None:
        """Read to the end and keep nothing but the digests."""
        self._ahead = b""
        while self._draw():
            pass

    def digests(self) -> Digests | None:
        """Return the digests of the whole member; None where it could not be read to its end, or were not wanted."""
        if self.flaw or not self._digests:
            return None
        return Digests(*(digest.digest() for digest in self._digests))

    def _draw(self) -> bytes:
        """Return the next chunk that is not empty, nothing at the end; a broken end is kept as the flaw."""
        if self.flaw:
            return b""
        try:
            chunk = next(filter(None, self._chunks), b"")
        except ArchiveError as error:
            self.flaw = error.reason
            return b""
        self._budget.spend(len(chunk) if self._expands else 0)
        self.size_bytes += len(chunk)
        for digest in self._digests:
            digest.update(chunk)
        return chunk
