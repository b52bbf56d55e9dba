"""What a report claimed, as it is kept: JSON, sealed, all of it but what stands in fields of its own.

>>> kept = write(Reported(text="seen today", addresses=("https://files.example/a",)))
>>> kept
'{"addresses":["https://files.example/a"]}'
>>> read(kept, text="seen today").addresses
('https://files.example/a',)
"""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from tutela.domain.reports import Reported

_APART: Final = ("text", "contact")  # have fields of their own
_NOTHING: Final[dict[str, Any]] = msgspec.to_builtins(Reported())
_written: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def write(reported: Reported) -> str:
    """Return what is kept; equal reports give equal texts."""
    plain = msgspec.to_builtins(reported, order="deterministic")
    kept = {name: value for name, value in plain.items() if name not in _APART and value != _NOTHING[name]}
    return _written(kept)


def read(kept: str, *, text: str = "", contact: str = "") -> Reported:
    """Read what `write` returned. `msgspec.ValidationError` where it is not that."""
    return msgspec.convert({**json.loads(kept or "{}"), "text": text, "contact": contact}, Reported)
