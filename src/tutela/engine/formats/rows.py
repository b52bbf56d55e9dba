"""What every reader of a list does with its rows: make an entry of each, and never let one bad row end the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from tutela.domain.errors import FormatError, RowError
from tutela.domain.limits import ImportLimits
from tutela.domain.lists import Entry, RejectedRow
from tutela.engine.formats.entries import AmbiguousHashError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

LIMITS: Final = ImportLimits()
"""Limits that bind where a caller names none."""

HEAD_BYTES: Final = 64 * 1024
"""How much of a file is looked at to tell its encoding, format and columns."""

_FIRST_LINE_BYTES_MAX: Final = 4 * 1024 * 1024  # the frames of a long video stand on one line

Row = Entry | RejectedRow
_Raw = TypeVar("_Raw")


def each(
    numbered: Iterable[tuple[int, _Raw | RejectedRow]], entry_of: Callable[[int, _Raw], Entry | None]
) -> Iterator[Row]:
    """Yield an entry or a rejection for each raw row; nothing where `entry_of` finds none (blank, comment).

    Raises:
        FormatError: a bare hash could be of two kinds, and so could every other one in the file.
    """
    for number, raw in numbered:
        if isinstance(raw, RejectedRow):
            yield raw
            continue
        try:
            entry = entry_of(number, raw)
        except AmbiguousHashError as error:
            hint = "Say which kind this list holds: sha256 or pdq."
            raise FormatError(f"row {number}: {error}", hint=hint) from None
        except RowError as error:
            yield RejectedRow(number, str(error))
        else:
            if entry is not None:
                yield entry


def head_of(stream: BinaryIO) -> bytes:
    """Return the first bytes of a seekable stream, at least its first line, and go back to where it was."""
    start = stream.tell()
    head = stream.read(HEAD_BYTES)
    while b"\n" not in head and len(head) < _FIRST_LINE_BYTES_MAX and (more := stream.read(len(head))):
        head += more
    stream.seek(start)
    return head
