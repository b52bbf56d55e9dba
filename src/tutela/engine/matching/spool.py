"""Columns that grow row by row without filling the memory: gathered in batches, kept in a nameless temporary file.

    with Spools(folder) as spools:
        column = spools.new("<u4")
        column.pending.append(7)     # an array or bytearray: filling it is as fast as Python gets
        spools.spill()               # now and then
        column.rows(1)               # NumPy view of everything so far

The files have no name, so a crash leaves nothing behind.
"""

from __future__ import annotations

import mmap
import tempfile
from array import array
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

SPILL_BYTES: Final = 4 * 1024 * 1024
_CODES: Final = {"<u4": "I", "<u8": "Q"}


class Column:
    """One column: `pending` takes new rows, as a bytearray for bytes and an array of numbers else."""

    def __init__(self, folder: Path, dtype: str, stack: ExitStack) -> None:
        self.dtype = np.dtype(dtype)
        self.pending: Any = bytearray() if dtype == "u1" else array(_CODES[dtype])
        self._file = stack.enter_context(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115  - the stack closes it
        self._bytes = 0

    def spill(self, bytes_min: int = SPILL_BYTES) -> None:
        """Write what is pending to the file once it is `bytes_min` bytes or more."""
        size = len(self.pending) * self.dtype.itemsize
        if size >= max(bytes_min, 1):
            self._file.write(self.pending)
            self._bytes += size
            del self.pending[:]

    def rows(self, columns: int) -> NDArray[Any]:
        """Return all rows so far, shape (rows,) or (rows, columns)."""
        self.spill(0)
        self._file.flush()
        if self._bytes == 0:
            flat = np.empty(0, self.dtype)
        else:
            flat = np.frombuffer(mmap.mmap(self._file.fileno(), 0, prot=mmap.PROT_READ), self.dtype)
        return flat if columns == 1 else flat.reshape(-1, columns)


class Spools:
    """All columns of one build; closing frees their files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._columns: list[Column] = []
        self._stack = ExitStack()

    def new(self, dtype: str) -> Column:
        """Begin a column of a NumPy dtype (`u1`, `<u4`, `<u8`)."""
        column = Column(self._folder, dtype, self._stack)
        self._columns.append(column)
        return column

    def spill(self) -> None:
        """Let every column that has grown large write itself out."""
        for column in self._columns:
            column.spill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
