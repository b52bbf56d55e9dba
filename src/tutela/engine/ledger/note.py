"""Signed notes and their keys (C2SP signed-note), with Ed25519 signatures and Ed25519 cosignatures.

    text, ending in a newline
    <empty line>
    — key name base64(key id || signature)          one line a signature

A note is worth nothing until a key that was known beforehand has signed it. Signatures of unknown keys are ignored (a
witness, an old key, a new algorithm); a signature in the name of a known key must hold, or the whole note is refused.
A key travels as text, the "vkey": `name+hex(key id)+base64(algorithm || public key)`; the key id is the start of
SHA-256(name LF algorithm public key). A cosignature (C2SP tlog-cosignature) carries a time and signs it with the text.

Worked example, from the specification: `example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k` verifies

    This is an example message.

    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tutela.engine.ledger.errors import NoteError

if TYPE_CHECKING:
    from collections.abc import Collection

NOTE_BYTES_MAX: Final = 1 << 20  # sixteen post-quantum signatures of others need 110 kB
SIGNATURES_MAX: Final = 64  # the specification asks for at least 16
NAME_CHARS_MAX: Final = 255
TIME_S_MAX: Final = 2**63 - 1
SEED_BYTES: Final = 32

_DASH: Final = "— "
_KEY_ID_BYTES: Final = 4
_PUBLIC_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_TIME_BYTES: Final = 8
_FIELD: Final = 2**255 - 19
# The y of the points of order 1, 2, 4 and 8, where one signature fits many texts. Tests compute them.
_Y_ORDER_8: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_WEAK: Final = frozenset({0, 1, _FIELD - 1, _Y_ORDER_8, _FIELD - _Y_ORDER_8})


class Algorithm(IntEnum):
    """The signature types of C2SP that we make and check."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under. `public` is 32 bytes after RFC 8032."""

    name: str
    public: bytes
    algorithm: Algorithm = Algorithm.ED25519

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise NoteError("A key name is 1 to 255 characters without spaces, plus signs or control characters")
        y = int.from_bytes(self.public, "little") & (1 << 255) - 1
        if len(self.public) != _PUBLIC_BYTES or y >= _FIELD or y in _WEAK:
            raise NoteError(f"The public key of {self.name} is not a sound Ed25519 key")

    @classmethod
    def parse(cls, vkey: str) -> VerifierKey:
        """Read the text form. Raises NoteError unless every part agrees with every other."""
        try:
            name, key_id, encoded = vkey.split("+", 2)
            material = decode_base64(encoded)
            key = cls(name, material[1:], Algorithm(material[0]))
        except (ValueError, IndexError) as broken:
            raise NoteError("This is not a verifier key", hint="It reads name+8 hex digits+base64.") from broken
        if key_id != key.key_id.hex():
            raise NoteError(f"The verifier key of {name} does not match its own key id")
        return key

    @property
    def key_id(self) -> bytes:
        """Four bytes that, with the name, say which key a signature line claims."""
        material = self.name.encode() + b"\n" + bytes((self.algorithm,)) + self.public
        return sha256(material).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes((self.algorithm,)) + self.public)}"

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Whether `signature` (64 bytes; 72 with the time of a cosignature) is this key's over `text`."""
        if self.algorithm is Algorithm.COSIGNATURE:
            time_s = int.from_bytes(signature[:_TIME_BYTES], "big")
            if time_s > TIME_S_MAX:
                return False
            text, signature = _cosigned(text, time_s), signature[_TIME_BYTES:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with its name. `seed` is 32 random bytes, given by the caller, and shown in no repr."""

    name: str
    seed: bytes = field(repr=False)
    algorithm: Algorithm = Algorithm.ED25519

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES or len(set(self.seed)) == 1:
            raise NoteError(f"A key is made from {SEED_BYTES} random bytes")

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        public = self._private().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return VerifierKey(self.name, public, self.algorithm)

    def sign(self, text: bytes, *, time_s: int | None = None) -> Signature:
        """Sign the text of a note. A cosignature needs its time in seconds since 1970, a plain signature has none."""
        if (time_s is not None) != (self.algorithm is Algorithm.COSIGNATURE):
            raise NoteError("A cosignature carries a time, and a plain signature does not")
        if time_s is None:
            blob = self._private().sign(text)
        elif 0 <= time_s <= TIME_S_MAX:
            blob = time_s.to_bytes(_TIME_BYTES, "big") + self._private().sign(_cosigned(text, time_s))
        else:
            raise NoteError("A cosignature's time is a count of seconds since 1970")
        return Signature(self.name, self.verifier.key_id, blob)

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line. `blob` is what follows the key id: its form depends on the algorithm."""

    name: str
    key_id: bytes
    blob: bytes

    def line(self) -> str:
        """The line as it stands in a note."""
        return f"{_DASH}{self.name} {encode_base64(self.key_id + self.blob)}\n"

    @property
    def time_s(self) -> int:
        """The time that a cosignature carries, seconds since 1970."""
        return int.from_bytes(self.blob[:_TIME_BYTES], "big")


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signatures, not yet believed."""

    text: bytes
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """Read a signed note. Raises NoteError for any that the specification forbids."""
        if len(data) > NOTE_BYTES_MAX:
            raise NoteError(f"A signed note has at most {NOTE_BYTES_MAX} bytes")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError as broken:
            raise NoteError("A signed note is UTF-8 text") from broken
        if any(char < " " and char != "\n" for char in whole):
            raise NoteError("A signed note holds no control characters")
        text, blank, tail = whole.rpartition("\n\n")
        if not blank or not tail.endswith("\n"):
            raise NoteError("A signed note is a text, an empty line, and signature lines")
        lines = tail[:-1].split("\n")
        if len(lines) > SIGNATURES_MAX:
            raise NoteError(f"A signed note has at most {SIGNATURES_MAX} signatures")
        return cls((text + "\n").encode(), tuple(_signature(line) for line in lines))

    def encode(self) -> bytes:
        """The note as it travels."""
        return self.text + b"\n" + "".join(signature.line() for signature in self.signatures).encode()

    def verify(self, known: Collection[VerifierKey]) -> dict[VerifierKey, Signature]:
        """Which of the known keys signed. Raises NoteError when none did, or when a signature in its name is false."""
        keys = {(key.name, key.key_id): key for key in known}
        if len(keys) != len(set(known)):
            raise NoteError("Two known keys share a name and a key id")
        signed: dict[VerifierKey, Signature] = {}
        for signature in self.signatures:
            key = keys.get((signature.name, signature.key_id))
            if key is None:
                continue
            if not key.verifies(self.text, signature.blob):
                raise NoteError(f"The signature in the name of {key.name} is false")
            signed.setdefault(key, signature)
        if not signed:
            raise NoteError("No known key signed this note")
        return signed


def is_key_name(name: str) -> bool:
    """Whether a key may be called that. The upper bound is ours."""
    return 0 < len(name) <= NAME_CHARS_MAX and not any(
        char < "!" or char == "+" or char.isspace() or "\ud800" <= char <= "\udfff" for char in name
    )


def encode_base64(data: bytes) -> str:
    """Base 64 of RFC 4648, section 4."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """The one spelling of some bytes in base 64, or ValueError: loose trailing bits would let a proof be respelled."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as broken:
        raise ValueError("not base 64") from broken
    if encode_base64(data) != text:
        raise ValueError("not the canonical base 64")
    return data


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        blob = decode_base64(encoded)
    except ValueError as broken:
        raise NoteError("A signature line ends in base 64") from broken
    if not line.startswith(_DASH) or not space or not is_key_name(name) or len(blob) <= _KEY_ID_BYTES:
        raise NoteError("A signature line is an em dash, a key name and a signature")
    return Signature(name, blob[:_KEY_ID_BYTES], blob[_KEY_ID_BYTES:])


def _cosigned(text: bytes, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n".encode() + text
