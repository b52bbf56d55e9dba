"""Hash lists and what a match against one says.

A list has a name, an owner, a version and a classification scheme; its numbers mean nothing without the scheme. An
entry is what one row of the list's file said. Only an exact digest inherits the entry's assessment; a near match asks a
question (law 4).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.domain.signals import View

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutela.domain.signals import SignalKind

PDQ_DISTANCE_MAX_DEFAULT: Final = 31  # bits; the distance that PDQ's authors and the exchanges use
PDQ_QUALITY_MIN_DEFAULT: Final = 50  # below it a picture is too flat to be told from another
VIDEO_QUERY_SHARE_MIN_DEFAULT: Final = 0.8  # of the file's frames that must be in the entry (vPDQ default)
VIDEO_ENTRY_SHARE_MIN_DEFAULT: Final = 0.0  # of the entry's frames that must be in the file (vPDQ default)


class MatchKind(StrEnum):
    """Exact is known, near is a question."""

    EXACT = "exact"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """How one list wants to be matched. Distances in bits of 256, shares 0..1."""

    pdq_distance_max: int = PDQ_DISTANCE_MAX_DEFAULT
    pdq_quality_min: int = PDQ_QUALITY_MIN_DEFAULT
    video_query_share_min: float = VIDEO_QUERY_SHARE_MIN_DEFAULT
    video_entry_share_min: float = VIDEO_ENTRY_SHARE_MIN_DEFAULT


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a hash list, every signal raw bytes.

    `frames` holds the vPDQ frames of a video entry: (PDQ, quality, time in ms). `opaque` holds signals that we keep and
    cannot match, by kind ("photodna", or the list's own name for it) as the text the list gave.
    """

    entry_id: str
    classification: str = ""
    source: str = ""
    md5: bytes | None = None
    sha1: bytes | None = None
    sha256: bytes | None = None
    pdq: bytes | None = None
    frames: tuple[tuple[bytes, int, int], ...] = ()
    opaque: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One row that was not imported, so that a person can find it.

    `line` counts from 1; in formats without lines it is the item's number. `reason` is one short sentence that never
    quotes the row: what stands there may be a name or an address.
    """

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ListInfo:
    """What a list says about itself, with honest counts.

    `counts` maps signal kinds to how many entries carry them; `unmatchable` counts entries that carry opaque signals
    only; `degenerate_pdq` counts PDQ values too flat to be matched near. `version` is the SHA-256 of the packed
    content, hexadecimal; `label` is the owner's own version.
    """

    name: str
    owner: str
    label: str
    scheme: str
    version: str
    entries: int
    counts: Mapping[str, int]
    unmatchable: int
    degenerate_pdq: int
    rows_rejected: int
    imported_at: str
    policy: MatchPolicy


@dataclass(frozen=True, slots=True)
class Hit:
    """One match, with everything a person or a machine needs to weigh it.

    `distance` and `threshold` are bits for PDQ and None for digests. For video, `query_share` and `entry_share` say
    what share of frames agreed (0..1) and `distance` is the smallest among them. `view` and `frame` say which reading
    of the file matched. `index_version` names the index that was asked, where one was: how a match was found,
    which is no part of what it says.
    """

    list_name: str
    list_version: str
    entry_id: str
    classification: str
    scheme: str
    source: str
    owner: str
    kind: MatchKind
    signal: SignalKind
    distance: int | None = None
    threshold: int | None = None
    view: View = View.SEEN
    frame: int = 0
    query_share: float | None = None
    entry_share: float | None = None
    index_version: str = field(default="", compare=False)
