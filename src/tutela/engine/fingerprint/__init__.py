"""From a file to everything by which it can be matched: three digests, and the hashes of what it shows.

    fingerprint(fd, size) --+-- Sandbox.start(fd) ........ a confined worker decodes
                            +-- MD5, SHA-1, SHA-256 ...... here, meanwhile, in one pass
                            +-- Ticket.result() .......... a verdict, never an exception

The two run side by side, so a file costs the longer of both. Only reading can fail (`OSError`); whatever the file holds
ends in a verdict.

Worked example:

    with Sandbox(workers=2) as sandbox:
        made = Fingerprinter(sandbox).fingerprint(fd, os.fstat(fd).st_size)
        made.digests.sha256, made.examination.verdict, made.examination.hashes
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from typing import TYPE_CHECKING, Final

from tutela.domain.media import Fingerprint
from tutela.domain.signals import Digests
from tutela.engine.sandbox import Request

if TYPE_CHECKING:
    from tutela.engine.sandbox import Sandbox

__all__ = ["Fingerprinter", "digest"]

_BLOCK_BYTES: Final = 1 << 20
_SEALS: Final = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL


class Fingerprinter:
    """Makes fingerprints through one sandbox. Thread-safe.

    `dihedral`: also hash the seven other orientations of every picture. `scaled`: pictures of 4 megapixels and more may
    be decoded at reduced size where the guard allows it. `video_interval_ms`: one frame hash for each such interval, 0
    for every frame.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        *,
        dihedral: bool = False,
        scaled: bool = False,
        video_interval_ms: int = 1000,
    ) -> None:
        self._sandbox = sandbox
        self._dihedral = dihedral
        self._scaled = scaled
        self._video_interval_ms = video_interval_ms

    def fingerprint(self, fd: int, size_bytes: int) -> Fingerprint:
        """Fingerprint the file open at `fd`, whose size is `size_bytes`. Its offset is neither used nor moved.

        `size_bytes` of the result is what was really read: less where the file was shortened meanwhile. `OSError` where
        reading fails.
        """
        request = Request(
            size_bytes,
            dihedral=self._dihedral,
            scaled=self._scaled,
            video_interval_ms=self._video_interval_ms,
        )
        ticket = self._sandbox.start(fd, request)
        try:
            digests, read_bytes = digest(fd, size_bytes)
        finally:
            examination = ticket.result()
        return Fingerprint(read_bytes, digests, examination)

    def fingerprint_bytes(self, data: bytes) -> Fingerprint:
        """Fingerprint bytes in memory: they go to the sandbox through a sealed memory file, never through a disk."""
        fd = os.memfd_create("tutela", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]
            fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
            return self.fingerprint(fd, len(data))
        finally:
            os.close(fd)


def digest(fd: int, size_bytes: int) -> tuple[Digests, int]:
    """Digest up to `size_bytes` bytes from the beginning of `fd`; return the digests and how many bytes there were."""
    md5, sha1, sha256 = (hashlib.new(name, usedforsecurity=False) for name in ("md5", "sha1", "sha256"))
    at = 0
    while at < size_bytes and (block := os.pread(fd, min(_BLOCK_BYTES, size_bytes - at), at)):
        for state in (md5, sha1, sha256):
            state.update(block)
        at += len(block)
    return Digests(md5.digest(), sha1.digest(), sha256.digest()), at
