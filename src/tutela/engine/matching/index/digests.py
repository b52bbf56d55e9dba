"""The digests of some lists, merged: sorted by their first eight bytes, each with its list and entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tutela.engine.matching.index.layout import ENTRY_BITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tutela.engine.matching.tables import DigestTable

_SLICE_ROWS: Final = 1 << 18


class MergedDigests:
    """The tables of one kind of digest, one a list, read as one."""

    def __init__(self, tables: Sequence[DigestTable]) -> None:
        self._tables = tables
        self._starts = np.cumsum([0, *(len(table) for table in tables)])
        self._prefixes = np.concatenate([table.prefixes for table in tables]) if tables else np.empty(0, np.uint64)
        self._order = np.argsort(self._prefixes, kind="stable")

    def __len__(self) -> int:
        return len(self._order)

    def columns(self) -> dict[str, Iterator[NDArray[Any]]]:
        """Return the three columns by name, in slices."""
        return {"prefix": self._prefix_slices(), "rest": self._rest_slices(), "owner": self._owner_slices()}

    def _slices(self) -> Iterator[NDArray[np.intp]]:
        for start in range(0, len(self), _SLICE_ROWS):
            yield self._order[start : start + _SLICE_ROWS]

    def _prefix_slices(self) -> Iterator[NDArray[np.uint64]]:
        for order in self._slices():
            yield self._prefixes[order]

    def _rest_slices(self) -> Iterator[NDArray[np.uint8]]:
        for order in self._slices():
            rest = np.empty((len(order), self._tables[0].rest.shape[1]), np.uint8)
            for number, place, rows in self._by_list(order):
                rest[place] = self._tables[number].rest[rows]
            yield rest

    def _owner_slices(self) -> Iterator[NDArray[np.uint64]]:
        for order in self._slices():
            owner = np.empty(len(order), "<u8")
            for number, place, rows in self._by_list(order):
                owner[place] = self._tables[number].entries[rows].astype(np.uint64) | np.uint64(number << ENTRY_BITS)
            yield owner

    def _by_list(self, order: NDArray[np.intp]) -> Iterator[tuple[int, NDArray[np.bool_], NDArray[np.intp]]]:
        """Which of these rows are of which list, and where there."""
        lists = np.searchsorted(self._starts, order, side="right") - 1
        for number in np.unique(lists).tolist():
            place = lists == number
            yield number, place, order[place] - self._starts[number]
