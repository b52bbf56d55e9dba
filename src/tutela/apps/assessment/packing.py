"""Tables of a registry as one column: small, and the same bytes for the same tables.

>>> unpack(pack({"areas.csv": b"code,name,level"}))
{'areas.csv': b'code,name,level'}
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_LEVEL: Final = 6


def pack(tables: Mapping[str, bytes]) -> bytes:
    """Return tables, which are text in UTF-8, as one value."""
    written = {name: data.decode() for name, data in sorted(tables.items())}
    return zlib.compress(json.dumps(written, separators=(",", ":")).encode(), _LEVEL)


def unpack(packed: bytes | memoryview) -> dict[str, bytes]:
    """Return the tables again."""
    return {name: text.encode() for name, text in json.loads(zlib.decompress(bytes(packed))).items()}
