r"""One custody entry, and the exact bytes that a leaf of the tree commits to.

The bytes are canonical JSON (RFC 8785) of one flat object: keys sorted, no white space, all twelve keys always there,
every value a string but the version. A length-prefixed form would be shorter, and nobody could read it in a court file;
here an expert needs the standard library of any language:

    leaf = sha256(b"\0" + json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()).digest()

JSON's usual traps (escapes, numbers, Unicode, key order, duplicate keys) cannot occur: every value comes from a closed
alphabet that holds neither quotes, backslashes nor anything outside ASCII, so one regular expression, `ENTRY`,
describes all valid entries, byte for byte. It is also the guard that keeps free text and personal data out: no field
can carry an address or a sentence, and words are chosen, not typed. What links an entry to the world is salted
(`blinding`); destroying the salt leaves the tree whole and the entry mute.

| key | form | meaning |
|---|---|---|
| `action`, `kind`, `reason` | closed words | what happened, to what, why |
| `actor` | `person-`, `machine-` or `system-`, 32 hex digits | pseudonym of who did it |
| `detail`, `detail_digest` | UUIDv7, 64 hex digits; or both empty | pointer to the encrypted reason; its digest |
| `event` | UUIDv7 | id of this entry |
| `object` | 64 hex digits | salted digest of what it happened to |
| `policy` | date and number, `2026-11-03.1` | version of the rules in force |
| `previous` | UUIDv7, or empty for the first | the entry before this one in the same chain of custody |
| `time` | UTC to the microsecond | what the clock of the machine said |
| `version` | the number 1 | version of this form |

One chain of custody a case, and one for each object that belongs to no case: no two entries have the same `previous`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tutela.engine.ledger.errors import EntryError
from tutela.engine.ledger.words import Action, ObjectKind, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = 1

_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_DIGEST: Final = r"[0-9a-f]{64}"
_WORD: Final = r"[a-z][a-z-]{0,31}+"  # possessive: the same words, found faster
_DATE: Final = r"2[0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"

_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "action": re.compile(rf"{_WORD}\.{_WORD}"),
    "actor": re.compile(r"(?:person|machine|system)-[0-9a-f]{32}"),
    "detail": re.compile(rf"(?:{_UUID})?"),
    "detail_digest": re.compile(rf"(?:{_DIGEST})?"),
    "event": re.compile(_UUID),
    "kind": re.compile(_WORD),
    "object": re.compile(_DIGEST),
    "policy": re.compile(rf"{_DATE}\.[1-9][0-9]{{0,3}}"),
    "previous": re.compile(rf"(?:{_UUID})?"),
    "reason": re.compile(_WORD),
    "time": re.compile(rf"{_DATE}T{_TIME}"),
}
ENTRY: Final = re.compile(
    (
        rf'\{{"action":"{_FORMS["action"].pattern}","actor":"{_FORMS["actor"].pattern}",'
        rf'"detail":"(?:","detail_digest":"|{_UUID}","detail_digest":"{_DIGEST})",'
        rf'"event":"(?P<event>{_UUID})","kind":"{_WORD}","object":"{_DIGEST}",'
        rf'"policy":"(?P<policy>{_FORMS["policy"].pattern})","previous":"(?P<previous>(?:{_UUID})?)",'
        rf'"reason":"{_WORD}","time":"(?P<time>{_FORMS["time"].pattern})","version":{VERSION}\}}'
    ).encode("ascii")
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One custody entry. Building one refuses whatever its canonical bytes could not carry."""

    event: str
    time: datetime
    actor: str
    action: Action
    kind: ObjectKind
    object: str
    reason: Reason
    policy: str
    previous: str = ""
    detail: str = ""
    detail_digest: str = ""

    def __post_init__(self) -> None:
        words = (("action", self.action, Action), ("kind", self.kind, ObjectKind), ("reason", self.reason, Reason))
        for name, word, closed in words:
            if type(word) is not closed:
                raise _refused(name, hint="Choose one of the closed words in engine.ledger.words.")
        if type(self.time) is not datetime or self.time.utcoffset() is None:
            raise _refused("time", hint="Give a time with its zone, from the injected clock.")
        for name, value in self._fields().items():
            if type(value) is not str and not isinstance(value, (Action, ObjectKind, Reason)):
                raise _refused(name)
            if not _FORMS[name].fullmatch(value):
                raise _refused(name)
        if bool(self.detail) != bool(self.detail_digest):
            raise _refused("detail", hint="The pointer to a reason and the digest of that reason go together.")
        if self.previous == self.event:
            raise _refused("previous")
        check(self.encode())

    def encode(self) -> bytes:
        """The canonical bytes: what the tree hashes, what exports carry."""
        fields: dict[str, str | int] = {**self._fields(), "version": VERSION}
        return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode("ascii")

    @classmethod
    def parse(cls, entry: bytes) -> Leaf:
        """Read canonical bytes back. Raises EntryError also for words that this version does not know."""
        check(entry)
        fields: dict[str, str] = json.loads(entry)
        try:
            return cls(
                event=fields["event"],
                time=datetime.fromisoformat(fields["time"]),
                actor=fields["actor"],
                action=Action(fields["action"]),
                kind=ObjectKind(fields["kind"]),
                object=fields["object"],
                reason=Reason(fields["reason"]),
                policy=fields["policy"],
                previous=fields["previous"],
                detail=fields["detail"],
                detail_digest=fields["detail_digest"],
            )
        except ValueError as unknown:
            raise EntryError("The entry carries a word that this version does not know") from unknown

    def _fields(self) -> dict[str, str]:
        return {
            "action": self.action,
            "actor": self.actor,
            "detail": self.detail,
            "detail_digest": self.detail_digest,
            "event": self.event,
            "kind": self.kind,
            "object": self.object,
            "policy": self.policy,
            "previous": self.previous,
            "reason": self.reason,
            "time": f"{self.time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
        }


def check(entry: bytes) -> re.Match[bytes]:
    """The one test that bytes are an entry: `ENTRY` matches all of them and both dates exist. Raises EntryError."""
    found = ENTRY.fullmatch(entry)
    if found is None or not (_exists(found["time"][:10]) and _exists(found["policy"][:10])):
        raise EntryError("These bytes are not a custody entry in its canonical form")
    return found


@lru_cache(maxsize=4096)
def _exists(day: bytes) -> bool:
    try:
        date.fromisoformat(day.decode("ascii"))
    except ValueError:
        return False
    return True


def _refused(name: str, *, hint: str = "") -> EntryError:
    return EntryError(f"A custody entry cannot hold this {name}: it is outside its closed form", hint=hint)
