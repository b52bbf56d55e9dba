"""Hash lists as plain text: a hash a line.

    d41d8cd98f00b204e9800998ecf8427f ............ kind told by its length (32, 40 hexadecimal characters)
    d41d8cd98f00b204e9800998ecf8427f  name ...... what md5sum and its kin write; the name is kept out
    pdq f8f8f0cee0f4a84f06370a22038f63f0b36e… ... kind first, as threatexchange's local file has it
    # a comment, and blank lines

64 hexadecimal characters may be SHA-256 or PDQ, and nothing in the file will tell: the caller says which, or the file
is refused. An entry's id is the number of its line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from tutela.engine.formats.columns import names_signal
from tutela.engine.formats.entries import EntryReader
from tutela.engine.formats.fields import Notes
from tutela.engine.formats.lines import encoding_of, lines
from tutela.engine.formats.rows import LIMITS, each, head_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutela.domain.limits import ImportLimits
    from tutela.domain.lists import Entry
    from tutela.domain.signals import SignalKind
    from tutela.engine.formats.rows import Row


def read(
    stream: BinaryIO,
    *,
    limits: ImportLimits = LIMITS,
    kind: SignalKind | None = None,
    notes: Notes | None = None,
) -> Iterator[Row]:
    """Yield the entries and rejected lines of a plain list, in order. With `kind`, every bare hash is of that kind.

    Raises:
        FormatError: a hash of 64 characters, and `kind` was not given.
    """
    notes = notes if notes is not None else Notes()
    notes.encoding = encoding_of(head_of(stream))
    reader = EntryReader(limits, notes, kind)

    def entry_of(number: int, line: str) -> Entry | None:
        parts = line.split(None, 1)
        if not parts or parts[0].startswith("#"):
            return None
        signals: dict[str, object] = {}
        named = len(parts) > 1 and names_signal(parts[0])
        reader.add_pair(signals, parts[0] if named else "", parts[1] if named else _bare(parts[0]))
        return reader.entry({}, signals, str(number))

    return each(lines(stream, notes.encoding, chars_max=limits.line_bytes_max), entry_of)


def _bare(word: str) -> str:
    return word.lstrip("\\")  # md5sum marks a line whose file name it had to escape
