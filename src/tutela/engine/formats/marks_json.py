"""Keyed digests in a file, from one unit to another that has no way to ask: `{"tutela_marks": 1, ...}`.

`check` is what the key makes of a word that both know: whoever reads it under another key is told so, rather than that
nothing is known. Each mark stands once, with the day since when its case is there. `left_out` says how many there was
no room for.

>>> written = write(Marks("ab" * 32, (Mark("cd" * 32, date(2026, 1, 2)),)))
>>> written.decode()[:32]
'{"tutela_marks":1,"check":"ababa'
>>> read(written).marks[0].since
datetime.date(2026, 1, 2)
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - msgspec reads the types when the module is used
from typing import Annotated, Final, Literal

import msgspec

from tutela.domain.errors import FormatError

MARKS_MAX: Final = 50_000
BYTES_MAX: Final = 8 << 20
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One digest, and since when it is known."""

    mark: Digest
    since: date


class Marks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole file."""

    check: Digest
    marks: Annotated[tuple[Mark, ...], msgspec.Meta(max_length=MARKS_MAX)]
    left_out: Annotated[int, msgspec.Meta(ge=0)] = 0
    tutela_marks: Literal[1] = 1


def write(marks: Marks) -> bytes:
    """Return the file."""
    return msgspec.json.encode({"tutela_marks": 1, **msgspec.structs.asdict(marks)})


def read(content: bytes) -> Marks:
    """Read a file; `FormatError` where it is none, and never a word of what stands in it."""
    if len(content) > BYTES_MAX:
        raise FormatError(f"the file has more than {BYTES_MAX} bytes")
    try:
        return msgspec.json.decode(content, type=Marks)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise FormatError("this is no file of keyed digests") from error
