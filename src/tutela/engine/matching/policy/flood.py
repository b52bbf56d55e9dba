"""Entries that are suddenly hit by everything: set apart until a person has looked, before they drown the rest.

    counts      how often each entry was hit lately: shared by the processes that answer (see `Counts`)
    quarantine  what was set apart: shared by all, and kept (see `quarantine`)

An entry that has more hits within the time than the rule allows is set apart and stays so until it is released; then it
is counted from nothing, under another name. A gate without counts sets nothing apart, but leaves apart what others did:
so a person who asks is told what the machines are told, and does not make an entry flood by asking.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from tutela.engine.matching.policy.quarantine import Quarantined

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from tutela.domain.lists import Hit
    from tutela.engine.matching.policy.quarantine import Quarantine
    from tutela.engine.matching.policy.rules import Flood


class Counts(Protocol):
    """Counts hits, for all processes that answer."""

    def exceeds(self, name: bytes, rule: Flood, now: datetime) -> bool:
        """Count one hit of what has this name, and tell whether that is more than the rule allows.

        It may be noticed late, but an entry that never had more hits than allowed within any such time never exceeds.
        """
        ...


class FloodGate:
    """Counts, and sets apart. Threads may share it."""

    def __init__(self, quarantine: Quarantine, counts: Counts | None = None) -> None:
        self.quarantine = quarantine
        self._counts = counts
        self._apart: Collection[tuple[str, str]] = ()
        self._apart_here: frozenset[tuple[str, str]] = frozenset()

    @property
    def flooding(self) -> Collection[tuple[str, str]]:
        """Entries that are set apart, as (list, id). What cannot be read now is as it was."""
        with suppress(OSError):
            self._apart = self.quarantine.apart()
        return self._apart_here.union(self._apart) if self._apart_here else self._apart

    def note(self, rule: Flood, hits: Iterable[Hit], now: datetime) -> None:
        """Count the hits of one upload."""
        if self._counts is None:
            return
        for hit in hits:
            entry = (hit.list_name, hit.entry_id)
            if entry not in self.flooding and self._counts.exceeds(self._name(entry), rule, now):
                self._set_apart(Quarantined(*entry, since=now, hits_max=rule.hits_max, window_s=rule.window_s))

    def _set_apart(self, one: Quarantined) -> None:
        try:
            self.quarantine.set_apart(one)
        except OSError:  # no room, or not ours to write: then at least this process leaves it out
            self._apart_here |= {(one.list_name, one.entry_id)}

    def _name(self, entry: tuple[str, str]) -> bytes:
        """Return by what an entry is counted: after a release it is another."""
        return json.dumps([*entry, self.quarantine.releases(*entry)]).encode()
