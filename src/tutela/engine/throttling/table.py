"""Token buckets in a file that every process of a machine maps: what they take adds up.

    header   magic, number of slots, a day, and the secret of that day                        64 bytes
    sets     of eight slots: a name (64 bits of its digest) and the moment the bucket is full   128 bytes each

Rules:

1. A name has its place in one set. A process that takes a token locks that set alone, in the kernel: whoever dies gives
   the lock back, and a half-made change is one aligned word that was written or was not.
2. The table never grows. Where a set is full, the bucket that is nearest to full is forgotten: who has taken most is
   remembered longest.
3. It is no record. A file that is torn, of another version or of another size is thrown away and begun anew: then
   everybody has a full bucket.
4. Names are digests. Those of people's addresses are made with the secret of the day (`name_today`), which is random,
   stands nowhere else, and is gone the next day: what is left tells nobody who knocked.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import secrets
import struct
import threading
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from tutela.domain.errors import TutelaError
from tutela.engine.durable import PRIVATE_FOLDER, create_file
from tutela.engine.throttling.bucket import take

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from tutela.engine.throttling.bucket import Rate

_MAGIC: Final = b"TUTELA\x00\x01"
_HEADER: Final = struct.Struct("=8sQQ32s8x")
_SECRET_BYTES: Final = 32
_WORDS_A_SLOT: Final = 2
_SLOTS_A_SET: Final = 8
_SET_BYTES: Final = _SLOTS_A_SET * _WORDS_A_SLOT * 8
_NAME: Final = struct.Struct("=QQ")
_LOCK: Final = struct.Struct("@hhqqi4x")  # struct flock of Linux


class ThrottleError(TutelaError):
    """The table of buckets cannot be used."""


def name_of(what: bytes) -> bytes:
    """Return the name of something that is nobody's secret, such as the id of a key."""
    return blake2b(what, digest_size=_NAME.size).digest()


class SharedTable:
    """The buckets of this machine. Safe between threads, processes, and across a fork."""

    def __init__(self, path: Path, slots: int) -> None:
        if slots < _SLOTS_A_SET or slots % _SLOTS_A_SET:
            raise ValueError(f"slots come in sets of {_SLOTS_A_SET}")
        self._path, self._slots = path, slots
        self._bytes = _HEADER.size + slots // _SLOTS_A_SET * _SET_BYTES
        self._threads = threading.Lock()
        self._open()

    def take(self, name: bytes, rate: Rate, now_ns: int, tokens: int = 1) -> int:
        """Take tokens from the bucket of this name. Return 0, or the nanoseconds until so many are there again."""
        tag, place = _NAME.unpack(name)
        at = _HEADER.size + place % (self._slots // _SLOTS_A_SET) * _SET_BYTES
        with self._locked(at, _SET_BYTES):
            slot = self._slot(at // 8, tag or 1)
            taken = take(self._words[slot + 1], rate, now_ns, tokens)
            self._words[slot + 1] = taken.full_at_ns
        return taken.wait_ns

    def name_today(self, who: bytes, day: int) -> bytes:
        """Return the name of somebody for one day (any number that changes daily). It means nothing on another."""
        with self._locked(0, _HEADER.size):
            magic, slots, kept_day, secret = _HEADER.unpack_from(self._map)
            if kept_day != day or not any(secret):
                secret = secrets.token_bytes(_SECRET_BYTES)
                _HEADER.pack_into(self._map, 0, magic, slots, day, secret)
        return blake2b(who, digest_size=_NAME.size, key=secret).digest()

    def close(self) -> None:
        """Let go of the file."""
        self._words.release()
        self._map.close()
        os.close(self._descriptor)

    def _slot(self, first: int, tag: int) -> int:
        """Return where the bucket of this tag stands, in words; taken over from another where there is none."""
        words = self._words
        slots = range(first, first + _SLOTS_A_SET * _WORDS_A_SLOT, _WORDS_A_SLOT)
        for slot in slots:
            if words[slot] == tag:
                return slot
        slot = min(slots, key=lambda each: words[each + 1])
        words[slot + 1] = 0
        words[slot] = tag
        return slot

    @contextmanager
    def _locked(self, start: int, size: int) -> Generator[None]:
        with self._threads:
            if self._process != os.getpid():  # a fork shares the lock with its parent: it needs a file of its own
                self._open()
            self._lock(fcntl.F_WRLCK, start, size)
            try:
                yield
            finally:
                self._lock(fcntl.F_UNLCK, start, size)

    def _lock(self, kind: int, start: int, size: int) -> None:
        fcntl.fcntl(self._descriptor, fcntl.F_OFD_SETLKW, _LOCK.pack(kind, os.SEEK_SET, start, size, 0))

    def _open(self) -> None:
        try:
            self._descriptor = self._file()
        except OSError as error:
            raise ThrottleError(f"The table of rate limits {self._path} cannot be used: {error.strerror}") from error
        self._map = mmap.mmap(self._descriptor, self._bytes)
        self._words = memoryview(self._map).cast("Q")
        self._process = os.getpid()

    def _file(self) -> int:
        self._path.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        while True:
            try:
                descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            except FileNotFoundError:
                head = _HEADER.pack(_MAGIC, self._slots, 0, bytes(_SECRET_BYTES))
                create_file(self._path, head.ljust(self._bytes, b"\0"))  # a hole that no disk fills later kills us
                continue
            if self._is_ours(descriptor):
                return descriptor
            os.close(descriptor)
            self._path.unlink(missing_ok=True)

    def _is_ours(self, descriptor: int) -> bool:
        head = os.pread(descriptor, _HEADER.size, 0)
        if len(head) < _HEADER.size or os.fstat(descriptor).st_size != self._bytes:
            return False
        magic, slots, _day, _secret = _HEADER.unpack(head)
        return magic == _MAGIC and slots == self._slots
