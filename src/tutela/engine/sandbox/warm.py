"""Make everything ready before confinement: behind it, no file can be opened, not even a module of Python's.

Libraries import, open and allocate on first use: Pillow imports a module on the first GIF, codecs fill tables, error
messages want text encodings. So the zygote decodes one tiny sample of every kind, whole and cut short (failing has its
own first time), with every option on, and every worker is born warm.
"""

from __future__ import annotations

import codecs
import gzip
import io
import tarfile
import zipfile
from typing import TYPE_CHECKING, Final

from tutela.domain.limits import DecodeLimits
from tutela.domain.media import MediaType
from tutela.engine.sandbox import colour
from tutela.engine.sandbox.contract import Form, Outcome, Task
from tutela.engine.sandbox.examine import examine, reduce
from tutela.engine.sandbox.samples import samples
from tutela.engine.sandbox.source import Source

if TYPE_CHECKING:
    from tutela.domain.signals import Digests, PictureHash

_ENCODINGS: Final = ("ascii", "latin-1", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp437", "cp1252")
_SIDE_PX: Final = 8


def warm_up() -> None:
    """Import and try every decoder. Quick: it is part of the time to the first result."""
    for name in _ENCODINGS:
        codecs.lookup(name)
    colour.warm_up()
    limits, sink = DecodeLimits(), _Deaf()
    files = samples()
    for media_type, data in [*files, *_archives(files[0][1])]:
        for part in (data, data[: len(data) * 2 // 3]):
            task = Task(len(part), media_type, dihedral=True, video_interval_ms=0)
            examine(Source.of_bytes(part), task, sink, limits)
            reduce(Source.of_bytes(part), task, sink, limits, _SIDE_PX)
    media_type, data = files[0]
    for form in Form:
        reduce(Source.of_bytes(data), Task(len(data), media_type, form=form), sink, limits, _SIDE_PX)


def _archives(content: bytes) -> list[tuple[MediaType, bytes]]:
    """Return one archive of each kind around `content`."""
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", content)
    with tarfile.open(fileobj=tarred, mode="w") as archive:
        entry = tarfile.TarInfo("a.jpg")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    packed = gzip.compress(tarred.getvalue(), mtime=0)
    return [
        (MediaType.ZIP, zipped.getvalue()),
        (MediaType.TAR, tarred.getvalue()),
        (MediaType.GZIP, packed),
    ]


class _Deaf:
    """A sink that keeps nothing."""

    def hash(self, picture: PictureHash) -> None:
        pass

    def reserve(self, memory_bytes: int) -> None:
        pass

    def member_begin(self, path: bytes) -> None:
        pass

    def member_end(self, size_bytes: int, digests: Digests | None, outcome: Outcome) -> None:
        pass
