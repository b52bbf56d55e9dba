"""What is said between a platform and the gateway: one struct for each body, and nothing else.

Rules:

1. A look-up says its channel and jurisdiction (`domain.lookups`), what kind of value it asks, and the value:
   hexadecimal, of exactly the length of its kind. It may say the quality of a PDQ: what is too flat for a list is not
   asked of it. A PDQ of which nothing is said counts as of full quality.
2. Unknown fields are refused, and so is a field that stands there twice: what is misspelt must not be ignored.
3. Everybody is told a verdict. `hits` is there for keys that may see distance, list and entry; for others it is absent.

>>> import msgspec
>>> msgspec.json.encode(Verdicts(index="5b1e", verdicts=(Verdict.NONE, Verdict.EXACT)))
b'{"index":"5b1e","verdicts":["none","exact"]}'
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, UnsetType

from tutela.domain.limits import GatewayLimits, RetroLimits
from tutela.domain.lookups import Channel  # noqa: TC001  - msgspec reads the types at run time

LIMITS: Final = GatewayLimits()
RETRO: Final = RetroLimits()
_HEX_MIN: Final = 32  # an MD5
_HEX_MAX: Final = 64  # a SHA-256 or PDQ


class Kind(StrEnum):
    """What can be asked: a digest of the whole file, or the PDQ of a picture or frame."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    PDQ = "pdq"


class Verdict(StrEnum):
    """Exact is known; near is a question for a person; none says only that no enabled list has it."""

    EXACT = "exact"
    NEAR = "near"
    NONE = "none"


Jurisdiction = Annotated[
    str, msgspec.Meta(max_length=2, pattern="^[A-Za-z]{2}$", description="two letters of ISO 3166-1")
]
Hex = Annotated[str, msgspec.Meta(min_length=_HEX_MIN, max_length=_HEX_MAX, description="hexadecimal")]
Reference = Annotated[
    str,
    msgspec.Meta(
        max_length=RETRO.reference_chars_max,
        pattern="^[A-Za-z0-9._-]*$",
        description="what you call the upload, for retro-matching; no personal data",
    ),
]
References = Annotated[tuple[Reference, ...], msgspec.Meta(max_length=LIMITS.batch_values_max)]
Quality = Annotated[float, msgspec.Meta(ge=0, le=100, description="of a PDQ, as whoever made it says")]
Qualities = Annotated[tuple[Quality, ...], msgspec.Meta(min_length=1, max_length=LIMITS.batch_values_max)]
Values = Annotated[tuple[Hex, ...], msgspec.Meta(min_length=1, max_length=LIMITS.batch_values_max)]


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One value."""

    channel: Channel
    jurisdiction: Jurisdiction
    kind: Kind
    value: Hex
    reference: Reference = ""
    quality: Quality | UnsetType = UNSET


class AskMany(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Many values of one kind. `references` and `qualities` are absent, or have one for each value."""

    channel: Channel
    jurisdiction: Jurisdiction
    kind: Kind
    values: Values
    references: References = ()
    qualities: Qualities | UnsetType = UNSET


class HitPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry that matched, with everything by which a person or machine can weigh it. Distances in bits."""

    list: str
    list_version: str
    entry: str
    classification: str
    scheme: str
    owner: str
    source: str
    kind: str
    signal: str
    distance: int | None = None
    threshold: int | None = None
    query_share: float | None = None
    entry_share: float | None = None


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of one value, and the version of the index that was asked."""

    index: str
    verdict: Verdict
    hits: tuple[HitPart, ...] | None = None


class Verdicts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of each value, in the order in which they were asked."""

    index: str
    verdicts: tuple[Verdict, ...]
    hits: tuple[tuple[HitPart, ...], ...] | None = None


class BytesAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a file, and how far it could be examined: `examination` and `reason` are those of a scan."""

    index: str
    verdict: Verdict
    media_type: str
    examination: str
    reason: str = ""
    hits: tuple[HitPart, ...] | None = None


class Status(msgspec.Struct, frozen=True):
    """The index in force; `slowed` counts this key's requests that were held back for probing."""

    index: str
    entries: int
    lists: int
    slowed: int


class RetroFind(msgspec.Struct, frozen=True, omit_defaults=True):
    """A value that this key asked when it was not known, and that is known now. Times in UTC."""

    number: int
    asked_at: str
    found_at: str
    channel: Channel
    jurisdiction: str
    kind: Kind
    value: str
    reference: str
    index: str
    verdict: Verdict
    hits: tuple[HitPart, ...] | None = None


class RetroFinds(msgspec.Struct, frozen=True):
    """Finds in the order of their numbers. Ask again after `next`; at once, if there are `more`."""

    finds: tuple[RetroFind, ...]
    next: int
    more: bool


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    alive: bool


class Ready(msgspec.Struct, frozen=True):
    """Whether look-ups can be answered, check by check."""

    ready: bool
    checks: dict[str, bool]


class FieldFault(msgspec.Struct, frozen=True):
    """One field that is wrong; never what was in it."""

    field: str
    problem: str


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong: `code` for machines, `message` for people."""

    code: str
    message: str
    fields: tuple[FieldFault, ...] = ()


class ErrorBody(msgspec.Struct, frozen=True):
    """The one shape of error."""

    error: Fault
