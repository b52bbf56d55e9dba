"""Which variant of the kernels works: found at import, forced by `TUTELA_NATIVE`, exchanged by `use` in tests."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from tutela.engine.native import _numpy

if TYPE_CHECKING:
    from collections.abc import Generator

    import numpy as np
    from numpy.typing import NDArray

ENVIRONMENT: Final = "TUTELA_NATIVE"
NUMPY: Final = "numpy"


class IndexColumns(NamedTuple):
    """A table of hashes laid out by `lay` and its index, column by column (see mih.h).

    `plan` is width, radius and prefix bits of each chunk, a byte each. The chunks' columns follow each other in
    `offset` (2^prefix bits + 1 places a chunk), `follow` and `row` (one a row and chunk).
    """

    plan: bytes
    table: NDArray[np.uint8]
    offset: NDArray[np.uint32]
    follow: NDArray[np.uint16]
    row: NDArray[np.uint32]


class Kernels(Protocol):
    """What every variant can do. Arguments are checked by the variant; results are bytes of the machine's order."""

    def views(
        self, picture: NDArray[np.generic], orientations: bytes, full_height: int, full_width: int, /
    ) -> list[tuple[bytes, int, int]]:
        """Hash, quality and near-median count for each orientation. A full size of 0 x 0 is the picture's own."""
        ...

    def distance(self, left: bytes, right: bytes, /) -> int:
        """Bits that differ."""
        ...

    def search(
        self, queries: NDArray[np.uint8], table: NDArray[np.uint8], distance_max: int, hits_max: int, /
    ) -> tuple[bytes, bytes, bytes]:
        """Query uint32, row uint32 and distance uint16 of every pair within `distance_max`, ordered."""
        ...

    def histogram(self, left: NDArray[np.uint8], right: NDArray[np.uint8], /) -> bytes:
        """257 counts, int64."""
        ...

    def lay(self, hashes: NDArray[np.uint8], /) -> bytes:
        """The hashes with their bits in the order of an index."""
        ...

    def index_fill(self, columns: IndexColumns, chunk: int, /) -> None:
        """Fill offset, follow and row, which are those of this chunk alone."""
        ...

    def index_open(self, columns: IndexColumns, /) -> Any:
        """An index to search. ValueError where the columns are not as long as the plan says."""
        ...

    def index_search(
        self, index: Any, queries: NDArray[np.uint8], distance_max: int, hits_max: int, /
    ) -> tuple[bytes, bytes, bytes]:
        """As `search`, in what `index_open` gave. IndexError where the columns lead outside each other."""
        ...


def _found() -> dict[str, Kernels]:
    """Every variant that can run here, best first; NumPy always can."""
    try:
        from tutela.engine.native import _compiled  # noqa: PLC0415  - optional: no compiler may have been there
    except ImportError:
        return {NUMPY: _numpy}
    return {**_compiled.COMPILED, NUMPY: _numpy}


def _chosen(name: str) -> str:
    if name not in _AVAILABLE:
        raise ValueError(f"{ENVIRONMENT}={name!r}: this machine can run {', '.join(_AVAILABLE)}")
    return name


_AVAILABLE: Final = _found()
_active = _chosen(os.environ.get(ENVIRONMENT) or next(iter(_AVAILABLE)))


def active() -> Kernels:
    """Return the kernels at work."""
    return _AVAILABLE[_active]


def variant() -> str:
    """Return the name of the variant at work."""
    return _active


def variants() -> tuple[str, ...]:
    """Names of the variants that can run here, best first; the last is always "numpy"."""
    return tuple(_AVAILABLE)


@contextmanager
def use(name: str) -> Generator[None]:
    """Work with another variant for a while, in the whole process: for tests and measurements only."""
    global _active  # noqa: PLW0603  - one choice for the process, made at import
    before, _active = _active, _chosen(name)
    try:
        yield
    finally:
        _active = before
