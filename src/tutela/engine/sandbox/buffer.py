"""One large piece of memory for pixels, kept from picture to picture.

Asking the kernel for fresh pages costs a sixth of the decoding time of a 12-megapixel JPEG. So a worker keeps one
buffer and hands out views of it; after an unusually large picture it is given back.

A view is valid until the next `take`: a worker looks at one picture at a time.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

_KEPT_BYTES_MAX: Final = 40 * 1024 * 1024  # RGB of 13 megapixels: most phones
_STEP_BYTES: Final = 1 << 20

_Bytes = np.ndarray[Any, np.dtype[np.uint8]]


class PixelBuffer:
    """A growing buffer of bytes."""

    def __init__(self) -> None:
        self._memory: _Bytes = np.empty(0, np.uint8)

    def take(self, size_bytes: int) -> _Bytes:
        """Return a flat view of `size_bytes` bytes with arbitrary content. `MemoryError` where there is no room."""
        if self._memory.nbytes < size_bytes or size_bytes <= _KEPT_BYTES_MAX < self._memory.nbytes:
            self._memory = np.empty(0, np.uint8)  # free first: both at once may not fit
            self._memory = np.empty(-(-size_bytes // _STEP_BYTES) * _STEP_BYTES, np.uint8)
        return self._memory[:size_bytes]

    def give_back(self) -> None:
        """Free the memory if it is more than a worker should keep between files."""
        if self._memory.nbytes > _KEPT_BYTES_MAX:
            self._memory = np.empty(0, np.uint8)


PIXELS: Final = PixelBuffer()
