r"""Verify a Tutela custody export. One file, standard library only, written to be read by the expert of the other side.

    python verifier.py EXPORT --key VKEY [--key VKEY] [--witness VKEY] [--checkpoint FILE]

EXPORT is the file to verify. VKEY is the public key of the log as text; get it from the log's operator by another way
than the export. --witness demands that this independent witness has signed too. --checkpoint is a checkpoint that was
kept outside the log (a witness, another host, a newspaper): with it, changes below it show even when the log's own key
was misused. Exit status: 0 accepted, 1 refused, 2 the question was wrong (a key or file that cannot be read).

It shares no code with the software that wrote the export. What it checks, in order:

 1. header: line 1 is canonical JSON with the checkpoint, earlier checkpoints and the number of entries
 2. signatures: each checkpoint is signed with Ed25519 (RFC 8032) by a given key that bears the log's name
 3. history: each earlier checkpoint is continued by the main one (RFC 9162, 2.1.4)
 4. entries: each is exactly one of the byte strings that `ENTRY` describes
 5. scope "log": all entries are there, no id twice, no chain of custody forked, and the Merkle root over them is the
    signed one, at the size of every checkpoint; scope "case": each entry is proved to stand at its place (2.1.3), and
    each follows the one before it
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

FORMAT = "tutela-custody-export/1"
HEADER_BYTES_MAX, LINE_BYTES_MAX, HISTORY_MAX = 4 << 20, 8192, 1000
NOTE_BYTES_MAX, SIGNATURES_MAX, NAME_CHARS_MAX = 1 << 20, 64, 255
SIZE_MAX = 2**63 - 1


class Refused(Exception):  # noqa: N818  - the verdict, not an error
    """The export does not hold; the message says where."""


def need(holds: bool, message: str) -> None:  # noqa: FBT001  - reads as a sentence at each call
    """End the verification unless something holds."""
    if not holds:
        raise Refused(message)


#### Ed25519 (RFC 8032, section 5.1), written for clearness, not for speed; it handles no secrets ####

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]  # extended coordinates: x = X / Z, y = Y / Z, x * y = T / Z
NEUTRAL: Point = (0, 1, 1, 0)


def add(a: Point, b: Point) -> Point:
    """Add two points; the formula is complete, so it doubles too."""
    e1, e2 = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    e3, e4 = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = e2 - e1, e4 - e3, e4 + e3, e2 + e1
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, point: Point) -> Point:
    """Multiply a point by a number."""
    total = NEUTRAL
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def encode(point: Point) -> bytes:
    """Write a point in 32 bytes: y, and the lowest bit of x on top."""
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(data: bytes) -> Point | None:
    """Read a point from 32 bytes, or None where there is none."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if len(data) != 32 or y >= P:
        return None
    x_squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x_squared, (P + 3) // 8, P)
    if x * x % P != x_squared:
        x = x * SQRT_MINUS_1 % P
    if x * x % P != x_squared or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE: Point = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or NEUTRAL


def ed25519_verify(public: bytes, text: bytes, signature: bytes) -> bool:
    """Whether `signature` is one of `public` over `text`: S * B - h * A gives R again."""
    point = decode(public)
    if point is None or len(signature) != 64:
        return False
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(r + public + text).digest(), "little") % ORDER
    minus: Point = (P - point[0], point[1], point[2], P - point[3])
    return encode(add(multiply(s, BASE), multiply(h, minus))) == r


#### Keys, signed notes, checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature) ####

LOG, WITNESS = 0x01, 0x04  # signature types


class Key(NamedTuple):
    """A public key, read from its text form."""

    name: str
    key_id: bytes
    algorithm: int
    public: bytes


class Checkpoint(NamedTuple):
    """A checkpoint whose signatures hold."""

    origin: str
    size: int
    root: bytes
    signers: tuple[str, ...]


def unbase64(text: str) -> bytes:
    """Read canonical base 64."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise Refused("a part that should be base 64 is not") from None
    need(base64.b64encode(data).decode() == text, "a part in base 64 is not in its canonical form")
    return data


def is_name(name: str) -> bool:
    """Whether a key may be called that."""
    return 0 < len(name) <= NAME_CHARS_MAX and not any(c < "!" or c == "+" or c.isspace() for c in name)


def parse_key(vkey: str, algorithm: int) -> Key:
    """Read name+id+base64(algorithm || public key)."""
    name, _, rest = vkey.partition("+")
    key_id, _, encoded = rest.partition("+")
    material = unbase64(encoded)
    right = is_name(name) and len(material) == 33 and material[0] == algorithm
    need(right, "a given key is not a verifier key of the right kind")
    computed = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    need(computed.hex() == key_id, f"the key of {name} does not match its own id")
    point = decode(material[1:])
    sound = point is not None and encode(multiply(8, point)) != encode(NEUTRAL)  # else one signature fits many texts
    need(sound, f"the key of {name} is not a sound Ed25519 key")
    return Key(name, computed, algorithm, material[1:])


def parse_note(note: bytes) -> tuple[bytes, list[tuple[str, bytes, bytes]]]:
    """Split a signed note into its text and its signatures: name, key id, rest."""
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("a checkpoint is not UTF-8 text") from None
    need(len(note) <= NOTE_BYTES_MAX, "a checkpoint is too long")
    need(not any(c < " " and c != "\n" for c in whole), "a checkpoint holds control characters")
    text, blank, tail = whole.rpartition("\n\n")
    lines = tail[:-1].split("\n")
    shape = bool(blank) and tail.endswith("\n") and len(lines) <= SIGNATURES_MAX
    need(shape, "a checkpoint is not a text, an empty line, and up to 64 signature lines")
    signatures: list[tuple[str, bytes, bytes]] = []
    for line in lines:
        name, space, encoded = line.removeprefix("— ").partition(" ")
        blob = unbase64(encoded)
        shape = line.startswith("— ") and bool(space) and is_name(name) and len(blob) > 4
        need(shape, "a signature line of a checkpoint is malformed")
        signatures.append((name, blob[:4], blob[4:]))
    return text.encode() + b"\n", signatures


def signature_holds(key: Key, text: bytes, blob: bytes) -> bool:
    """Verify one signature; a witness signs its time, in seconds since 1970, with the text."""
    if key.algorithm == LOG:
        return ed25519_verify(key.public, text, blob)
    time_s = int.from_bytes(blob[:8], "big")
    signed = f"cosignature/v1\ntime {time_s}\n".encode() + text
    return time_s <= SIZE_MAX and ed25519_verify(key.public, signed, blob[8:])


def open_checkpoint(note: Any, keys: Collection[Key], witnesses: Collection[Key] = ()) -> Checkpoint:
    """Read a checkpoint and verify it: signed by a log key that bears its origin as name, and by every witness."""
    need(type(note) in (str, bytes), "a checkpoint is not a text")
    text, signatures = parse_note(note.encode("utf-8") if type(note) is str else note)
    signed: list[Key] = []
    for name, key_id, blob in signatures:
        for key in (*keys, *witnesses):
            if (key.name, key.key_id) == (name, key_id):  # other lines are of keys we do not know: ignored
                need(signature_holds(key, text, blob), f"a signature in the name of {name} is false")
                signed.append(key)
    lines = text.decode("utf-8").removesuffix("\n").split("\n")
    shape = len(lines) >= 3 and all(lines) and re.fullmatch("0|[1-9][0-9]{0,18}", lines[1])
    need(bool(shape), "a checkpoint is not made of origin, size and root")
    origin, size, root = lines[0], int(lines[1]), unbase64(lines[2])
    need(size <= SIZE_MAX and len(root) == 32, "a checkpoint's size or root cannot be")
    need(size > 0 or root == Tree().root(), "the empty tree has one root, and this is another")
    named = any(key in signed and key.name == origin for key in keys)
    need(named, f"no given key signed a checkpoint of the log {origin}")
    for witness in witnesses:
        need(witness in signed, f"the witness {witness.name} did not sign the checkpoint")
    return Checkpoint(origin, size, root, tuple(dict.fromkeys(key.name for key in signed)))


#### The Merkle tree (RFC 9162, section 2.1) ####


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def half(size: int) -> int:
    """How many leaves stand left of the middle: the largest power of two below the size."""
    return 1 << ((size - 1).bit_length() - 1)


class Tree:
    """A growing tree, of which only the roots of the full subtrees are kept, from left to right."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add a leaf; as often as two subtrees of equal size stand at the end, join them."""
        self.peaks.append(leaf)
        self.size += 1
        full = self.size
        while full % 2 == 0:
            right = self.peaks.pop()
            self.peaks.append(node_hash(self.peaks.pop(), right))
            full //= 2

    def root(self) -> bytes:
        """Hash the whole."""
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        *rest, root = self.peaks
        for peak in reversed(rest):
            root = node_hash(peak, root)
        return root


def inclusion_root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root to which a path of siblings, lowest first, leads."""
    need((size == 1) == (not path), "a proof has the wrong length")
    if size == 1:
        return leaf
    middle = half(size)
    if index < middle:
        return node_hash(inclusion_root(leaf, index, middle, path[:-1]), path[-1])
    return node_hash(path[-1], inclusion_root(leaf, index - middle, size - middle, path[:-1]))


def consistency_roots(old: int, new: int, path: list[bytes], known: bytes | None) -> tuple[bytes, bytes]:
    """The old and the new root to which a proof leads. `known` is the old root, as long as it may be a node itself."""
    if old == new:
        need(len(path) == (known is None), "a proof has the wrong length")
        node = path[0] if known is None else known
        return node, node
    need(bool(path), "a proof has the wrong length")
    middle = half(new)
    if old <= middle:
        before, after = consistency_roots(old, middle, path[:-1], known)
        return before, node_hash(after, path[-1])
    before, after = consistency_roots(old - middle, new - middle, path[:-1], None)
    return node_hash(path[-1], before), node_hash(path[-1], after)


def check_continues(old: Checkpoint, new: Checkpoint, path: list[bytes]) -> None:
    """Refuse unless the tree of `new` begins with the whole tree of `old`."""
    need(old.origin == new.origin, "an earlier checkpoint is of another log")
    need(old.size <= new.size, "an earlier checkpoint is of a longer log")
    if old.size == 0:
        need(not path, "a proof has the wrong length")
        return
    same = consistency_roots(old.size, new.size, path, old.root) == (old.root, new.root)
    need(same, f"the log at size {new.size} does not continue itself at size {old.size}: changed or forked")


#### Entries and lines ####

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
DATE = "2[0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
WORD = "[a-z][a-z-]{0,31}"
DIGEST = "[0-9a-f]{64}"
ENTRY = re.compile(
    (
        rf'\{{"action":"{WORD}\.{WORD}","actor":"(?:person|machine|system)-[0-9a-f]{{32}}",'
        rf'"detail":"(?:","detail_digest":"|{UUID}","detail_digest":"{DIGEST})",'
        rf'"event":"(?P<event>{UUID})","kind":"{WORD}","object":"{DIGEST}",'
        rf'"policy":"(?P<policy>{DATE})\.[1-9][0-9]{{0,3}}","previous":"(?P<previous>|{UUID})","reason":"{WORD}",'
        rf'"time":"(?P<time>(?P<day>{DATE})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{{6}}Z)","version":1\}}'
    ).encode()
)


@lru_cache(maxsize=4096)
def day_exists(day: bytes) -> bool:
    """Whether the calendar has this day."""
    try:
        date.fromisoformat(day.decode())
    except ValueError:
        return False
    return True


def read_entry(entry: bytes, where: str) -> re.Match[bytes]:
    """Refuse unless the bytes are an entry."""
    found = ENTRY.fullmatch(entry)
    if found is None or not (day_exists(found["day"]) and day_exists(found["policy"])):
        raise Refused(f"{where} is not a custody entry in its canonical form")
    return found


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no white space (RFC 8785, for texts and whole numbers)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def read_line(file: BinaryIO, bytes_max: int) -> bytes:
    """The next line without its newline."""
    line = file.readline(bytes_max + 1)
    need(line.endswith(b"\n"), "the file ends in the middle, or a line is too long")
    return line[:-1]


def read_object(line: bytes, keys: set[str]) -> Any:
    """A line that is a canonical JSON object with exactly these keys."""
    try:
        value = json.loads(line.decode("utf-8"))
        exact = canonical(value) == line
    except (ValueError, RecursionError):
        raise Refused("a line is not JSON") from None
    need(exact and has_keys(value, keys), "a line is not in the canonical form, or has other keys than it should")
    return value


def has_keys(value: Any, keys: set[str]) -> bool:
    """Whether a value is an object with exactly these keys."""
    fields: dict[str, Any] = value
    return type(fields) is dict and set(fields) == keys


def is_count(value: Any) -> bool:
    """Whether a value is a whole number from 0 on."""
    return type(value) is int and value >= 0


def read_list(value: Any, kind: type, length_max: int) -> list[Any]:
    """A list of values of one kind."""
    items: list[Any] = value
    need(type(items) is list and len(items) <= length_max, "a list is missing or too long")
    need(all(type(item) is kind for item in items), "a list holds something else than it should")
    return items


def read_path(value: Any) -> list[bytes]:
    """A proof: hashes in base 64."""
    path = [unbase64(item) for item in read_list(value, str, 64)]
    need(all(len(item) == 32 for item in path), "a hash in a proof is not 32 bytes")
    return path


#### The verification ####


class Accepted(NamedTuple):
    """What was verified."""

    scope: str
    checkpoint: Checkpoint
    entries: int
    first_time: str
    last_time: str


def verify(
    file: BinaryIO, keys: Collection[Key], witnesses: Collection[Key] = (), outside: Sequence[bytes] = ()
) -> Accepted:
    """Verify a whole export. Raises Refused."""
    names = {"checkpoint", "entries", "format", "history", "scope", "vkeys"}
    header = read_object(read_line(file, HEADER_BYTES_MAX), names)
    scope, count = header["scope"], header["entries"]
    need(header["format"] == FORMAT and scope in ("log", "case"), f"the file is not a {FORMAT}")
    need(is_count(count), "the number of entries is not a number")
    read_list(header["vkeys"], str, HEADER_BYTES_MAX)  # the log's own claim: not believed
    main = open_checkpoint(header["checkpoint"], keys, witnesses)
    known = [main]
    for item in read_list(header["history"], dict, HISTORY_MAX):
        need(has_keys(item, {"checkpoint", "proof"}), "an earlier checkpoint is malformed")
        known.append(open_checkpoint(item["checkpoint"], keys))
        check_continues(known[-1], main, read_path(item["proof"]))
    kept = [open_checkpoint(note, keys) for note in outside]
    need(all(checkpoint.origin == main.origin for checkpoint in kept), "the outside checkpoint is of another log")
    if scope == "log":
        first, last = verify_log(file, count, main, [*known, *kept])
    else:
        contained = {checkpoint[:3] for checkpoint in kept} <= {checkpoint[:3] for checkpoint in known}
        need(contained, "the export does not contain the outside checkpoint: ask for one that does")
        first, last = verify_case(file, count, main)
    need(not file.readline(1), "the file goes on after its last entry")
    return Accepted(scope, main, count, first, last)


def verify_log(file: BinaryIO, count: int, main: Checkpoint, checkpoints: list[Checkpoint]) -> tuple[str, str]:
    """Recompute the tree over all entries and compare it at each checkpoint. Returns the first and last time."""
    need(count == main.size, "the export does not hold as many entries as its checkpoint counts")
    longest = max(checkpoint.size for checkpoint in checkpoints)
    need(longest <= count, "an outside checkpoint counts more entries than there are: the end is missing")
    tree = Tree()
    followed: dict[bytes, bool] = {}  # each entry so far, and whether another already follows it
    sizes = {checkpoint.size for checkpoint in checkpoints}
    first = last = b""
    for index in range(count):
        entry = read_line(file, LINE_BYTES_MAX)
        found = read_entry(entry, f"entry {index}")
        event, previous, last = found["event"], found["previous"], found["time"]
        need(event not in followed, f"entry {index} repeats the id of an earlier one")
        if previous:
            newest = followed.get(previous) is False
            need(newest, f"entry {index} does not follow the newest entry of any chain of custody")
            followed[previous] = True
        followed[event] = False
        first = first or last
        tree.append(leaf_hash(entry))
        if tree.size in sizes:
            same = all(checkpoint.root == tree.root() for checkpoint in checkpoints if checkpoint.size == tree.size)
            need(same, f"the first {tree.size} entries are not those that a checkpoint was signed for")
    return first.decode(), last.decode()


def verify_case(file: BinaryIO, count: int, main: Checkpoint) -> tuple[str, str]:
    """Verify the place of each entry and that each follows the one before. Returns the first and last time."""
    place, before = -1, b""
    first = last = b""
    need(count > 0, "a case has at least one entry")
    for number in range(count):
        fields = read_object(read_line(file, LINE_BYTES_MAX), {"entry", "index", "proof"})
        entry, index, path = canonical(fields["entry"]), fields["index"], read_path(fields["proof"])
        found = read_entry(entry, f"entry {number} of the case")
        follows = is_count(index) and place < index < main.size and found["previous"] == before
        need(follows, f"entry {number} of the case does not follow the one before it")
        same = inclusion_root(leaf_hash(entry), index, main.size, path) == main.root
        need(same, f"entry {number} of the case is not in the log at its place")
        place, before, last = index, found["event"], found["time"]
        first = first or last
    return first.decode(), last.decode()


#### The command ####


def sentences(accepted: Accepted, kept: int) -> Iterator[str]:
    """What a person reads."""
    whole = accepted.scope == "log"
    yield f"ACCEPTED   {'the whole log' if whole else 'one case'}, {accepted.entries:,} entries"
    yield f"log        {accepted.checkpoint.origin}"
    yield f"size       {accepted.checkpoint.size:,} entries when signed"
    yield f"root       {accepted.checkpoint.root.hex()}"
    yield f"signed by  {', '.join(accepted.checkpoint.signers)}"
    yield f"times      {accepted.first_time or '-'} to {accepted.last_time or '-'}, as the log's own clock gave them"
    if whole:
        yield "shown      these are all entries of the signed log, in their order, none changed, added or missing"
    else:
        yield "shown      each entry stands in the signed log, and none is missing between the first and the last"
        yield "not shown  that the case has no later entries; the export of the whole log shows that"
    if not kept:
        yield "note       no outside checkpoint was given: whoever holds the log's key could have written it anew"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns the exit status."""
    parser = argparse.ArgumentParser(description="Verify a Tutela custody export.")
    parser.add_argument("export")
    parser.add_argument("--key", action="append", required=True, metavar="VKEY", help="public key of the log")
    parser.add_argument("--witness", action="append", default=[], metavar="VKEY", help="this witness must have signed")
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="checkpoint kept outside")
    options = parser.parse_args(arguments)
    try:
        keys = [parse_key(vkey, LOG) for vkey in options.key]
        witnesses = [parse_key(vkey, WITNESS) for vkey in options.witness]
        kept: list[bytes] = []
        for name in options.checkpoint:
            with open(name, "rb") as file:  # noqa: PTH123  - plain on purpose
                kept.append(file.read(NOTE_BYTES_MAX + 1))
        export = open(options.export, "rb")  # noqa: PTH123, SIM115  - closed below
    except (OSError, ValueError, Refused) as broken:
        sys.stderr.write(f"CANNOT VERIFY  {broken}\n")
        return 2
    with export:
        try:
            lines = list(sentences(verify(export, keys, witnesses, kept), len(kept)))
        except Refused as verdict:
            sys.stdout.write(f"REFUSED    {verdict}\n")
            return 1
        except OSError as broken:
            sys.stderr.write(f"CANNOT VERIFY  {broken}\n")
            return 2
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
