"""What of some hits is reported.

A hit is withheld, in this order, where

    disabled ....... its list or class is off, or off until later
    out-of-share ... its list is matched for a share of the uploads, and this one is not of them
    quarantined .... its entry was set apart, by hand or because it flooded
    harmless ....... a negative list speaks for the upload: with a digest against every hit; with a hash only against
                     hits that are near and no nearer. A near resemblance to something harmless never silences an exact
                     match
    negative ....... it is of a negative list itself: it says what is harmless, and is nothing to report

A near hit beyond the threshold of its class is none, and is not mentioned.

Worked example: an upload matches `national` at 20 bits and `own-campaigns`, a negative list, at 4. Nothing is reported;
both hits are given as withheld, so that a person can see why.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.domain.lists import MatchKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from tutela.domain.lists import Hit
    from tutela.engine.matching.policy.rules import Rules

_EXACT: Final = -1  # nearer than any distance


class Why(StrEnum):
    """Why a hit is not reported (see the module's list)."""

    DISABLED = "disabled"
    OUT_OF_SHARE = "out-of-share"
    QUARANTINED = "quarantined"
    HARMLESS = "harmless"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A hit that is not reported."""

    hit: Hit
    why: Why


@dataclass(frozen=True, slots=True)
class Judged:
    """Hits that are reported, in the order of before, and those that are not."""

    hits: tuple[Hit, ...]
    withheld: tuple[Withheld, ...] = ()

    @property
    def is_harmless(self) -> bool:
        """Whether a negative list spoke for it."""
        return any(one.why is Why.NEGATIVE for one in self.withheld)


def judge(
    rules: Rules,
    hits: Iterable[Hit],
    distances: Mapping[str, int] | None,
    *,
    key: bytes,
    now: datetime,
    flooding: Collection[tuple[str, str]] = (),
) -> Judged:
    """Return what is reported.

    Args:
        rules: in force.
        hits: of one upload.
        distances: each list's own, in bits; None where whoever asks has said a distance, which then holds for all.
        key: by which the upload is known, a digest or a hash: it decides whether it is of a list's share.
        now: with time zone.
        flooding: entries (list, id) that are set apart for now.
    """
    speaking: list[Hit] = []
    withheld: list[Withheld] = []
    for hit in hits:
        judged = hit if distances is None else _within(rules, hit, distances[hit.list_name])
        if judged is None:
            continue
        why = _why(rules, judged, key, now, flooding)
        if why is None:
            speaking.append(judged)
        else:
            withheld.append(Withheld(judged, why))
    negative = [hit for hit in speaking if rules.of(hit.list_name).negative]
    if not negative:
        return Judged(tuple(speaking), tuple(withheld))
    nearest = min(map(_nearness, negative))
    reported: list[Hit] = []
    for hit in speaking:
        if rules.of(hit.list_name).negative:
            withheld.append(Withheld(hit, Why.NEGATIVE))
        elif _nearness(hit) >= nearest:
            withheld.append(Withheld(hit, Why.HARMLESS))
        else:
            reported.append(hit)
    return Judged(tuple(reported), tuple(withheld))


def in_share(share: float, list_name: str, key: bytes) -> bool:
    """Tell whether an upload is of the share that is matched against a list; always the same for the same upload."""
    if share >= 1:
        return True
    drawn = hashlib.sha256(list_name.encode() + b"\0" + key).digest()
    return int.from_bytes(drawn[:8]) < share * (1 << 64)


def _within(rules: Rules, hit: Hit, own: int) -> Hit | None:
    """Return the hit under the threshold of its class, None where it is beyond."""
    if hit.distance is None or hit.threshold is None:
        return hit
    threshold = rules.threshold(hit.list_name, hit.classification, own)
    if hit.distance > threshold:
        return None
    return hit if threshold == hit.threshold else replace(hit, threshold=threshold)


def _why(rules: Rules, hit: Hit, key: bytes, now: datetime, flooding: Collection[tuple[str, str]]) -> Why | None:
    of_list = rules.of(hit.list_name)
    of_class = of_list.classes.get(hit.classification)
    if not of_list.is_on(now) or (of_class is not None and not of_class.enabled):
        return Why.DISABLED
    if not in_share(of_list.share, hit.list_name, key):
        return Why.OUT_OF_SHARE
    entry = (hit.list_name, hit.entry_id)
    return Why.QUARANTINED if entry in rules.quarantined or entry in flooding else None


def _nearness(hit: Hit) -> int:
    return _EXACT if hit.kind is MatchKind.EXACT else hit.distance or 0
