"""The variants of the C extension that this CPU can run. Importing this fails where the extension was not built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tutela.engine.native import _kernels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tutela.engine.native._variants import IndexColumns


@dataclass(frozen=True, slots=True)
class Compiled:
    """One variant, as `_variants.Kernels` tells it."""

    name: str

    def views(
        self, picture: NDArray[np.generic], orientations: bytes, full_height: int, full_width: int, /
    ) -> list[tuple[bytes, int, int]]:
        return _kernels.views(self.name, picture, orientations, full_height, full_width)

    def distance(self, left: bytes, right: bytes, /) -> int:
        return _kernels.distance(left, right)

    def search(
        self, queries: NDArray[np.uint8], table: NDArray[np.uint8], distance_max: int, hits_max: int, /
    ) -> tuple[bytes, bytes, bytes]:
        return _kernels.search(self.name, queries, table, distance_max, hits_max)

    def histogram(self, left: NDArray[np.uint8], right: NDArray[np.uint8], /) -> bytes:
        return _kernels.histogram(self.name, left, right)

    def lay(self, hashes: NDArray[np.uint8], /) -> bytes:
        return _kernels.lay(hashes)

    def index_fill(self, columns: IndexColumns, chunk: int, /) -> None:
        _kernels.index_fill(columns.plan, columns.table, chunk, columns.offset, columns.follow, columns.row)

    def index_open(self, columns: IndexColumns, /) -> object:
        return _kernels.index_open(*columns)

    def index_search(
        self, index: object, queries: NDArray[np.uint8], distance_max: int, hits_max: int, /
    ) -> tuple[bytes, bytes, bytes]:
        return _kernels.index_search(self.name, index, queries, distance_max, hits_max)


COMPILED: Final = {name: Compiled(name) for name in _kernels.variants()}
