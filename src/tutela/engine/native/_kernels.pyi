# The C extension (module.c). Reached only through `tutela.engine.native._compiled`; it takes any buffer of that shape.
import numpy as np
from numpy.typing import NDArray

def variants() -> tuple[str, ...]: ...
def views(
    variant: str, picture: NDArray[np.generic], orientations: bytes, full_height: int, full_width: int, /
) -> list[tuple[bytes, int, int]]: ...
def distance(left: bytes, right: bytes, /) -> int: ...
def search(
    variant: str, queries: NDArray[np.uint8], table: NDArray[np.uint8], distance_max: int, hits_max: int, /
) -> tuple[bytes, bytes, bytes]: ...
def histogram(variant: str, left: NDArray[np.uint8], right: NDArray[np.uint8], /) -> bytes: ...
def lay(hashes: NDArray[np.uint8], /) -> bytes: ...
def index_fill(
    plan: bytes,
    table: NDArray[np.uint8],
    chunk: int,
    offset: NDArray[np.uint32],
    follow: NDArray[np.uint16],
    row: NDArray[np.uint32],
    /,
) -> None: ...
def index_open(
    plan: bytes,
    table: NDArray[np.uint8],
    offset: NDArray[np.uint32],
    follow: NDArray[np.uint16],
    row: NDArray[np.uint32],
    /,
) -> object: ...
def index_search(
    variant: str, index: object, queries: NDArray[np.uint8], distance_max: int, hits_max: int, /
) -> tuple[bytes, bytes, bytes]: ...
