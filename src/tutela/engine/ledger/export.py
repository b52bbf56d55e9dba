"""An export: one self-contained JSON Lines file from which a stranger verifies the whole log, or one case.

    line 1      the header: format, scope, count, the checkpoint, earlier checkpoints with their consistency proofs,
                and the keys that the log claims (for comparison only: a reader brings the keys it trusts)
    lines 2..   scope "log":  each line is the canonical bytes of one entry, in the order of the tree, all of them
                scope "case": each line is {"entry":...,"index":place in the log,"proof":[path to the root]}

Every line is canonical JSON, UTF-8, ended by one newline; a file that says the same in other bytes is refused. A case
is one unbroken chain of custody: its first entry follows nothing, each other follows the one before it. That no *later*
entry of the case was left out is what only the whole log can show.

`verify_export` here and the stand-alone `verifier` accept and refuse the same files; tests hold them to it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NoReturn, Protocol, cast

from tutela.engine.ledger.audit import audit
from tutela.engine.ledger.checkpoint import Checkpoint, Tip, continues, open_checkpoint
from tutela.engine.ledger.errors import ExportError
from tutela.engine.ledger.leaf import check
from tutela.engine.ledger.note import decode_base64, encode_base64
from tutela.engine.ledger.proofs import inclusion_proof, verify_inclusion
from tutela.engine.ledger.tree import HASH_BYTES, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from tutela.engine.ledger.note import VerifierKey
    from tutela.engine.ledger.tree import Nodes

FORMAT: Final = "tutela-custody-export/1"
HEADER_BYTES_MAX: Final = 4 << 20
LINE_BYTES_MAX: Final = 8192  # an entry has at most 700 bytes, 63 hashes of a proof 3,000
HISTORY_MAX: Final = 1000  # earlier checkpoints

_HEADER_KEYS: Final = {"checkpoint", "entries", "format", "history", "scope", "vkeys"}
_CASE_KEYS: Final = {"entry", "index", "proof"}


class Scope(StrEnum):
    """What an export holds."""

    LOG = "log"
    CASE = "case"


class Lines(Protocol):
    """A binary file, as far as it is needed: read from the start, one line at a time."""

    def readline(self, size: int, /) -> bytes:
        """The next line with its newline, cut at `size` bytes; empty at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier checkpoint, signed, with the proof that the main one continues it."""

    checkpoint: bytes
    proof: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Verified:
    """An export that holds: how many entries, under which checkpoint. Times are the first and last entry's own."""

    scope: Scope
    checkpoint: Checkpoint
    entries: int
    first_time: str
    last_time: str


@dataclass(frozen=True, slots=True)
class _Header:
    scope: Scope
    entries: int
    main: Checkpoint
    earlier: tuple[Checkpoint, ...]


#### Writing ####


def write_log(
    entries: Iterable[bytes],
    checkpoint: bytes,
    *,
    size: int,
    keys: Sequence[VerifierKey],
    history: Sequence[Earlier] = (),
) -> Iterator[bytes]:
    """Yield the lines of a whole-log export: the first `size` entries, the size that `checkpoint` signs."""
    yield _header(Scope.LOG, size, checkpoint, keys, history)
    for entry in entries:
        yield entry + b"\n"


def write_case(
    entries: Iterable[tuple[int, bytes]],
    nodes: Nodes,
    checkpoint: bytes,
    *,
    count: int,
    size: int,
    keys: Sequence[VerifierKey],
    history: Sequence[Earlier] = (),
) -> Iterator[bytes]:
    """Yield the lines of one case's export: `count` pairs of place and entry, proved in the tree of `size` leaves."""
    yield _header(Scope.CASE, count, checkpoint, keys, history)
    for index, entry in entries:
        path = [encode_base64(node) for node in inclusion_proof(nodes, index, size)]
        yield _canonical({"entry": json.loads(entry), "index": index, "proof": path})


def _header(
    scope: Scope, entries: int, checkpoint: bytes, keys: Sequence[VerifierKey], history: Sequence[Earlier]
) -> bytes:
    earlier = [
        {"checkpoint": old.checkpoint.decode(), "proof": [encode_base64(node) for node in old.proof]} for old in history
    ]
    return _canonical(
        {
            "checkpoint": checkpoint.decode(),
            "entries": entries,
            "format": FORMAT,
            "history": earlier,
            "scope": scope.value,
            "vkeys": [str(key) for key in keys],
        }
    )


#### Verifying ####


def verify_export(
    lines: Lines,
    *,
    keys: Collection[VerifierKey],
    witnesses: Collection[VerifierKey] = (),
    outside: Collection[bytes] = (),
) -> Verified:
    """Verify an export against keys and checkpoints that came to the reader by another way than the export.

    `keys`: of the log; one must have signed each checkpoint. `witnesses`: each must have cosigned the main checkpoint.
    `outside`: checkpoints kept elsewhere; the export must contain or continue each. Raises LedgerError.
    """
    header = _read_header(lines, keys, witnesses)
    known = [open_checkpoint(data, keys=keys) for data in outside]
    if any(checkpoint.origin != header.main.origin for checkpoint in known):
        _refuse("An outside checkpoint is of another log")
    if header.scope is Scope.LOG:
        return _verify_log(lines, header, known)
    return _verify_case(lines, header, known)


def _read_header(lines: Lines, keys: Collection[VerifierKey], witnesses: Collection[VerifierKey]) -> _Header:
    fields = _object(_line(lines, HEADER_BYTES_MAX), _HEADER_KEYS)
    if fields["format"] != FORMAT:
        _refuse(f"The file is not of the format {FORMAT}")
    if fields["scope"] not in ("log", "case"):
        _refuse("An export's scope is log or case")
    _strings(fields["vkeys"])
    main = open_checkpoint(_text(fields["checkpoint"]), keys=keys, witnesses=witnesses)
    history = fields["history"]
    if not isinstance(history, list) or len(cast("list[object]", history)) > HISTORY_MAX:
        _refuse(f"An export's history is a list of up to {HISTORY_MAX} checkpoints")
    earlier: list[Checkpoint] = []
    for item in cast("list[object]", history):
        old = _keys(item, {"checkpoint", "proof"})
        checkpoint = open_checkpoint(_text(old["checkpoint"]), keys=keys)
        continues(checkpoint, main, _hashes(old["proof"]))
        earlier.append(checkpoint)
    return _Header(Scope(fields["scope"]), _count(fields["entries"]), main, tuple(earlier))


def _verify_log(lines: Lines, header: _Header, outside: Sequence[Checkpoint]) -> Verified:
    if header.entries != header.main.tip.size:
        _refuse("A log's export holds as many entries as its checkpoint counts")
    entries = (_line(lines, LINE_BYTES_MAX) for _ in range(header.entries))
    tips = [checkpoint.tip for checkpoint in (header.main, *header.earlier, *outside)]
    result = audit(entries, tips)
    _end(lines)
    return Verified(header.scope, header.main, result.size, result.first_time, result.last_time)


def _verify_case(lines: Lines, header: _Header, outside: Sequence[Checkpoint]) -> Verified:
    proven = {checkpoint.tip for checkpoint in (header.main, *header.earlier)}
    if any(checkpoint.tip not in proven for checkpoint in outside):
        _refuse("The export does not contain the outside checkpoint: ask for one that does")
    if header.entries == 0:
        _refuse("A case has at least one entry")
    place, previous = -1, b""
    first = last = b""
    for _ in range(header.entries):
        line = _line(lines, LINE_BYTES_MAX)
        fields = _object(line, _CASE_KEYS)
        entry, index = _canonical(fields["entry"])[:-1], _count(fields["index"])
        found = check(entry)
        if index <= place or found["previous"] != previous:
            _refuse("A case is one unbroken chain of custody in the order of the log")
        _verify_place(entry, index, header.main.tip, _hashes(fields["proof"]))
        place, previous, last = index, found["event"], found["time"]
        first = first or last
    _end(lines)
    return Verified(header.scope, header.main, header.entries, first.decode(), last.decode())


def _verify_place(entry: bytes, index: int, tip: Tip, path: Sequence[bytes]) -> None:
    verify_inclusion(leaf_hash(entry), index, tip.size, path, tip.root)


#### Lines and values ####


def _line(lines: Lines, bytes_max: int) -> bytes:
    line = lines.readline(bytes_max + 1)
    if not line.endswith(b"\n"):
        _refuse("The file ends in the middle, or a line is too long")
    return line[:-1]


def _end(lines: Lines) -> None:
    if lines.readline(1):
        _refuse("The file goes on after its last entry")


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8") + b"\n"


def _object(line: bytes, keys: set[str]) -> dict[str, object]:
    try:
        value = json.loads(line.decode("utf-8"))
        canonical = _canonical(value)[:-1]
    except (ValueError, RecursionError) as broken:
        raise ExportError("A line is not JSON") from broken
    if canonical != line:
        _refuse("A line is not in the canonical form of JSON")
    return _keys(value, keys)


def _keys(value: object, keys: set[str]) -> dict[str, object]:
    if not isinstance(value, dict) or cast("dict[str, object]", value).keys() != keys:
        _refuse("A line does not have the keys that it should have")
    return cast("dict[str, object]", value)


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        _refuse("A count or place is a whole number")
    return value


def _text(value: object) -> bytes:
    if not isinstance(value, str):
        _refuse("A checkpoint is a text")
    return value.encode("utf-8")


def _strings(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in cast("list[object]", value)):
        _refuse("A list of texts is missing")
    return cast("list[str]", value)


def _hashes(value: object) -> list[bytes]:
    try:
        hashes = [decode_base64(item) for item in _strings(value)]
    except ValueError as broken:
        raise ExportError("A proof is a list of hashes in base 64") from broken
    if any(len(item) != HASH_BYTES for item in hashes):
        _refuse("A proof is a list of hashes in base 64")
    return hashes


def _refuse(message: str) -> NoReturn:
    raise ExportError(message)
