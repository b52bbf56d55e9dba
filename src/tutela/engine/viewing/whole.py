"""Whether a person of an organisation saw an entire file as it is: what "viewed" means to an authority. Pure.

In some countries an authority may open a file without a warrant only where a person has opened it before. So the word
is a statement of fact about one person, and it is made from what was shown, never from what was decided. Rules:

1. A picture was viewed when the file itself was drawn whole, for at least `PICTURE_MS`.
2. A video was viewed when every part of it was played from the file itself, at no more than `SPEED_MAX` times its own
   speed, with its sound if it has any. Key frames never add up to a video.
3. Other files, archives among them, are never viewed: nothing here shows them whole.
4. What was shown counts only if its bytes had the digest of the file when they were read, and only for the person and
   the organisation to whom they were shown. What two people saw of a file in halves, neither saw.
5. Line drawings, blurred, grey or small forms, a machine, and what another organisation says: never.

>>> film = Medium(MediaKind.VIDEO, duration_ms=10_000, has_sound=True)
>>> seen = [Showing("org", "p-1", 0, 6_000, has_sound=True), Showing("org", "p-1", 5_500, 10_000, has_sound=True)]
>>> is_viewed(film, seen, "org"), is_viewed(film, seen[:1], "org"), is_viewed(film, seen, "another")
(True, False, False)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tutela.domain.media import MediaKind
from tutela.engine.viewing.ladder import Rung

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PICTURE_MS: Final = 1_000
SPEED_MAX: Final = 1.0


@dataclass(frozen=True, slots=True)
class Medium:
    """What is known of a file: its kind, and of a video how long it runs and whether it has sound."""

    kind: MediaKind
    duration_ms: int = 0
    has_sound: bool = False


@dataclass(frozen=True, slots=True)
class Showing:
    """A part of a file that was shown. `person` is a pseudonym, empty for a machine.

    Of a video, `from_ms` and `to_ms` are places in it; of a picture, moments.
    """

    organisation: str
    person: str
    from_ms: int
    to_ms: int
    rung: Rung = Rung.COLOUR
    is_whole: bool = True  # the entire width and height
    is_verified: bool = True  # the bytes had the digest of the file
    is_moving: bool = True  # played, not a key frame
    has_sound: bool = False
    speed: float = 1.0


def is_viewed(medium: Medium, showings: Iterable[Showing], organisation: str) -> bool:
    """Whether one person of the organisation saw all of it."""
    by_person: dict[str, list[Showing]] = {}
    for showing in showings:
        if showing.organisation == organisation and showing.person and _is_as_it_is(showing):
            by_person.setdefault(showing.person, []).append(showing)
    return any(_saw_all(medium, seen) for seen in by_person.values())


def missing(medium: Medium, showings: Iterable[Showing], organisation: str, person: str) -> tuple[tuple[int, int], ...]:
    """Return the parts of a video, in milliseconds, that a person has not seen yet: what a desk would still play."""
    if medium.kind is not MediaKind.VIDEO:
        return ()
    seen = [each for each in showings if (each.organisation, each.person) == (organisation, person)]
    left: list[tuple[int, int]] = []
    reached_ms = 0
    for from_ms, to_ms in sorted(_played(medium, [each for each in seen if _is_as_it_is(each)])):
        if from_ms > reached_ms:
            left.append((reached_ms, from_ms))
        reached_ms = max(reached_ms, to_ms)
    if reached_ms < medium.duration_ms:
        left.append((reached_ms, medium.duration_ms))
    return tuple(left)


def _is_as_it_is(showing: Showing) -> bool:
    return showing.rung is Rung.COLOUR and showing.is_whole and showing.is_verified


def _saw_all(medium: Medium, seen: Sequence[Showing]) -> bool:
    if medium.kind is MediaKind.PICTURE:
        return any(showing.to_ms - showing.from_ms >= PICTURE_MS for showing in seen)
    if medium.kind is not MediaKind.VIDEO or medium.duration_ms <= 0:
        return False
    one = seen[0]
    return not missing(medium, seen, one.organisation, one.person)


def _played(medium: Medium, seen: Iterable[Showing]) -> list[tuple[int, int]]:
    return [
        (each.from_ms, each.to_ms)
        for each in seen
        if each.is_moving and each.speed <= SPEED_MAX and (each.has_sound or not medium.has_sound)
    ]
