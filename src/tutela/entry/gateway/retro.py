"""Retro-matching as the gateway uses it (see `engine.matching.retro`): one process notes and tells, one child joins.

Where the settings enable no ground, `remembering` returns None and nothing of this runs; what an earlier setting left
on the disk is removed when the gateway starts.
"""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from tutela.client.words import Kind, RetroFind, RetroFinds, Verdict
from tutela.domain.limits import RetroLimits
from tutela.domain.lists import MatchKind
from tutela.domain.lookups import Channel
from tutela.domain.signals import DIGEST_KINDS, SignalKind
from tutela.engine import clock
from tutela.engine.matching import ListStore
from tutela.engine.matching.retro import Asked, Joiner, JoinerBusyError, Memory, Outbox, Shelf, read_tally
from tutela.entry import logs
from tutela.entry.gateway.hits import hit_parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tutela.domain.lookups import Ground
    from tutela.domain.media import Fingerprint
    from tutela.engine.matching.retro import Find, Page, Tally
    from tutela.entry.config import Settings
    from tutela.entry.gateway.counters import Counters
    from tutela.entry.gateway.keys import Key

FLUSH_S: Final = 0.25
ROUND_S: Final = 2.0
_QUALITY_MIN: Final = 50  # of a PDQ: flatter pictures cannot be told apart
_SIGNALS: Final = {kind: SignalKind(kind.value) for kind in Kind}
_encode: Final = msgspec.json.Encoder().encode
_log: Final = structlog.stdlib.get_logger("tutela.gateway")


class Remembering:
    """What one process notes, and what it tells of what was found."""

    def __init__(self, settings: Settings, counters: Counters) -> None:
        grounds = settings.retro_grounds
        shelf = shelf_of(settings)
        self._memory = Memory(shelf, grounds, counters.count_remembered)
        self._outbox = Outbox(shelf.folder)
        self._folder = shelf.folder
        self._grounds = frozenset(map(str, grounds))

    def note(self, key: Key, ground: Ground, version: str, *, kind: Kind, value: bytes, reference: str) -> None:
        """Remember a value that is not known."""
        asked = Asked(_SIGNALS[kind], value, key.bucket, reference, int(time.time()))
        self._memory.keep(ground, version, asked)

    def note_file(self, key: Key, ground: Ground, version: str, made: Fingerprint, reference: str) -> None:
        """Remember a file that is not known: its digests and, of a picture that is not flat, how it is seen."""
        asked_at_s = int(time.time())
        values = [(kind, made.digests.of_kind(kind)) for kind in DIGEST_KINDS] if made.digests else []
        seen = made.examination.hashes[:1]
        values += [(SignalKind.PDQ, one.pdq) for one in seen if one.quality >= _QUALITY_MIN]
        for kind, value in values:
            self._memory.keep(ground, version, Asked(kind, value, key.bucket, reference, asked_at_s))

    def flush(self) -> None:
        """Write what was noted."""
        self._memory.flush(int(time.time()))

    def page(self, key: Key, after: int, limit: int) -> Page:
        """Return what became known of what a key asked."""
        return self._outbox.page(key.bucket, after, limit, self._grounds)

    def tally(self) -> Tally:
        """Return what the joiner said last."""
        return read_tally(self._folder)

    def close(self) -> None:
        """Write the rest and finish the segments."""
        self._memory.close(int(time.time()))


def remembering(settings: Settings, counters: Counters) -> Remembering | None:
    """Return what remembers; None where no ground enables it."""
    return Remembering(settings, counters) if settings.retro_grounds else None


def shelf_of(settings: Settings) -> Shelf:
    """Return where this installation remembers, and for how long."""
    limits = replace(RetroLimits(), days=settings.retro_days, bytes_max=settings.retro_bytes_max)
    limits = replace(limits, segment_bytes_max=min(limits.segment_bytes_max, limits.bytes_max // 16))
    return Shelf(folder_of(settings), settings.retro_grounds, limits)


def folder_of(settings: Settings) -> Path:
    """Return the folder in TUTELA_HOME."""
    return settings.home / "retro"


def forget(settings: Settings) -> None:
    """Remove what the settings no longer enable; done before the gateway's processes start."""
    if folder_of(settings).exists():
        shelf_of(settings).sweep(int(clock.now().timestamp()))


def join_once(settings: Settings) -> Tally:
    """Join what is not joined yet. `JoinerBusyError` where another process does."""
    with _joiner(settings) as joiner:
        return joiner.round()


def join_on(settings: Settings) -> None:
    """Join until SIGTERM or SIGINT. What goes wrong is logged once, and tried again."""
    logs.configure(logs.logging_config(settings.log_level))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    joiner: Joiner | None = None
    well = True
    try:
        while not stop.is_set():
            try:
                joiner = joiner or _joiner(settings)
                joiner.round(lambda: not stop.is_set())
                well = True
            except JoinerBusyError:
                well = True  # another joins
            except Exception:  # noqa: BLE001  - the next round may do; look-ups are answered meanwhile
                if well:
                    _log.exception("refresh", kind="retro")
                well = False
            stop.wait(ROUND_S)
    finally:
        if joiner is not None:
            joiner.close()


def answer(page: Page, *, details: bool) -> bytes:
    """Return a page as it is sent."""
    return _encode(RetroFinds(tuple(_told(find, details=details) for find in page.finds), page.next, page.more))


def flushing(remembered: Remembering | None) -> list[tuple[Callable[[], None], str, float]]:
    """Return what is to be done beside the requests, and how often."""
    return [(remembered.flush, "retro", FLUSH_S)] if remembered is not None else []


def _joiner(settings: Settings) -> Joiner:
    return Joiner(shelf_of(settings), ListStore(settings.home / "lists").index_folder)


def _told(find: Find, *, details: bool) -> RetroFind:
    channel, _, jurisdiction = find.ground.partition(":")
    is_exact = any(hit.kind is MatchKind.EXACT for hit in find.hits)
    return RetroFind(
        number=find.number,
        asked_at=_shown(find.asked_at_s),
        found_at=_shown(find.found_at_s),
        channel=Channel(channel),
        jurisdiction=jurisdiction,
        kind=Kind(find.kind),
        value=find.value,
        reference=find.reference,
        index=find.index,
        verdict=Verdict.EXACT if is_exact else Verdict.NEAR,
        hits=hit_parts(find.hits) if details else None,
    )


def _shown(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z")
