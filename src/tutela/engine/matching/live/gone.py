"""Tombstones: the entries of one packed list that no longer count, in a checksummed file of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from tutela.domain.errors import IndexCorruptError
from tutela.engine.matching.container import Container, Form, Index, version_of
from tutela.engine.matching.live.state import HINT
from tutela.engine.matching.sections import finish, write_sections

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

GONE: Final = Form(
    magic=b"TUTELA\x00G",
    version=1,
    noun="file of removed entries",
    hint=HINT,
    error=IndexCorruptError,
    layout={"entry": ("<u4", 1)},  # in order, each once
)
NONE_GONE: Final = np.empty(0, np.uint32)


def write_gone(target: BinaryIO, entries: NDArray[np.uint32]) -> str:
    """Write entries, which are in order, and return the version of the file."""
    sections = dict(write_sections(GONE, target, {"entry": [entries.astype("<u4")]}))
    version = version_of(GONE, {}, sections)
    finish(GONE, target, Index({"version": version}, sections))
    return version


def read_gone(path: Path, count: int, entries: int) -> NDArray[np.uint32]:
    """Read so many entries of a list that has `entries`; `IndexCorruptError` where they are something else."""
    container = Container.open(GONE, path)
    container.check_blocks()
    gone: NDArray[np.uint32] = container.column("entry")
    if len(gone) != count or not count or int(gone[-1]) >= entries or bool((gone[1:] <= gone[:-1]).any()):
        raise GONE.fault("the {noun} does not fit its list")
    return gone


def are_gone(entries: NDArray[np.uint32], gone: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Tell which of some entries no longer count."""
    if not len(gone):
        return np.zeros(len(entries), bool)
    place = np.searchsorted(gone, entries)
    place[place == len(gone)] = 0
    return gone[place] == entries
