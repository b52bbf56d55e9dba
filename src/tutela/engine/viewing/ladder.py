"""How much of a file somebody sees, a step at a time, each for as long as a key is held. Pure.

Rules:

1. The rungs: hidden, lines, blurred, grey, colour. All but the last are other pictures, made on the server; only
   `colour` is the file.
2. Up goes one rung at a time, and never sooner than `STEP_MS` after the rung below came up: who climbs, means it, and
   an address that is typed in shows nothing. Down goes at once, by any number of rungs.
3. Whatever is shown is shown on a lease: a page that says nothing for `LEASE_MS` shows nothing any more, however it
   fell silent. Its seconds count up to the end of the lease, which is never less than what was seen.
4. What was seen is a row of spans, in the order of time. They are what is counted; a page cannot take one back.
5. Time is the server's, in milliseconds. A moment before the last one counts as the last one.

>>> look = climb(Look(at_ms=0), Rung.LINES, now_ms=0)
>>> look = climb(look, Rung.BLURRED, now_ms=500)
>>> look = fall(keep(look, now_ms=900), Rung.HIDDEN, now_ms=1_400)
>>> [(span.rung.name, span.shown_ms) for span in look.spans]
[('LINES', 500), ('BLURRED', 900)]
>>> look.shown(now_ms=1_400).name
'HIDDEN'
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from tutela.domain.errors import TutelaError

STEP_MS: Final = 300
LEASE_MS: Final = 1_500


class LadderError(TutelaError):
    """That rung is not to be had now."""


class Rung(IntEnum):
    """What is shown, from nothing to the file as it is."""

    HIDDEN = 0
    LINES = 1  # a line drawing
    BLURRED = 2  # grey, small and blurred
    GREY = 3
    COLOUR = 4  # the file itself


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which one rung was shown."""

    rung: Rung
    from_ms: int
    to_ms: int
    has_sound: bool = False

    @property
    def shown_ms(self) -> int:
        """How long it was shown."""
        return self.to_ms - self.from_ms


@dataclass(frozen=True, slots=True)
class Look:
    """One person's look at one file: the rung that is up, since when, until when at most, and what went before."""

    at_ms: int  # the last moment that is known of
    rung: Rung = Rung.HIDDEN
    since_ms: int = 0
    until_ms: int = 0
    has_sound: bool = False
    spans: tuple[Span, ...] = ()

    def shown(self, now_ms: int) -> Rung:
        """What is shown at a moment."""
        return self.rung if max(now_ms, self.at_ms) < self.until_ms else Rung.HIDDEN


def climb(look: Look, rung: Rung, now_ms: int, *, has_sound: bool = False) -> Look:
    """Go one rung up. `LadderError` where it is not the next one, or comes too soon."""
    look = settled(look, now_ms)
    if rung != look.rung + 1:
        raise LadderError("only the next rung can be reached from here", hint="Begin with the line drawing.")
    if look.rung is not Rung.HIDDEN and look.at_ms - look.since_ms < STEP_MS:
        raise LadderError("that was too soon", hint="Hold each step for a moment before the next.")
    return _show(look, rung, has_sound=has_sound)


def fall(look: Look, rung: Rung, now_ms: int) -> Look:
    """Go down, by any number of rungs; to where it is already, or up, changes nothing."""
    look = settled(look, now_ms)
    return _show(look, rung, has_sound=look.has_sound) if rung < look.rung else look


def listen(look: Look, now_ms: int, *, has_sound: bool) -> Look:
    """Turn the sound on or off; with nothing shown there is none."""
    look = settled(look, now_ms)
    is_same = look.rung is Rung.HIDDEN or look.has_sound is has_sound
    return look if is_same else _show(look, look.rung, has_sound=has_sound)


def keep(look: Look, now_ms: int) -> Look:
    """Renew the lease of what is shown, if it is still shown."""
    look = settled(look, now_ms)
    return look if look.rung is Rung.HIDDEN else replace(look, until_ms=look.at_ms + LEASE_MS)


def settled(look: Look, now_ms: int) -> Look:
    """Bring a look to a moment: what has run out is covered, at the moment when it ran out."""
    look = replace(look, at_ms=max(look.at_ms, now_ms))
    if look.rung is Rung.HIDDEN or look.at_ms < look.until_ms:
        return look
    ended = Span(look.rung, look.since_ms, look.until_ms, look.has_sound)
    return replace(look, rung=Rung.HIDDEN, has_sound=False, spans=(*look.spans, ended))


def _show(look: Look, rung: Rung, *, has_sound: bool) -> Look:
    spans = look.spans
    if look.rung is not Rung.HIDDEN:
        spans = (*spans, Span(look.rung, look.since_ms, look.at_ms, look.has_sound))
    return replace(
        look,
        rung=rung,
        since_ms=look.at_ms,
        until_ms=look.at_ms + LEASE_MS,
        has_sound=has_sound and rung is not Rung.HIDDEN,
        spans=spans,
    )
