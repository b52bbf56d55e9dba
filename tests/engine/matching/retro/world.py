"""A list, an index over it, and what was asked, in one folder.

world = World(tmp_path)
world.ask(pdq(1)); world.add(1); world.join(); world.told()          # [("a", pdq(1).hex(), ["e-1"])]
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from tests.engine.matching.world import full_entry, store_of
from tutela.domain.limits import RetroLimits
from tutela.domain.lookups import Channel, Ground
from tutela.domain.signals import SignalKind
from tutela.engine import clock
from tutela.engine.matching import LiveIndex, Updater
from tutela.engine.matching.live import Add, Remove
from tutela.engine.matching.retro import Asked, Joiner, Memory, Outbox, Shelf

PUBLIC, PRIVATE = Ground(Channel.PUBLIC, "nl"), Ground(Channel.PRIVATE, "nl")
START_S = 1_800_000_000
DAY_S = 86_400
ALL = frozenset({"public:NL", "private:NL"})


def key(name):
    return name.encode().ljust(16, b"\0")


class World:
    """`now_s` is the clock; tests turn it."""

    def __init__(self, folder, *, grounds=(PUBLIC,), indexed=True, **limits):
        self.folder = folder / "retro"
        self.store = store_of(folder / "lists", [full_entry(1000 + n) for n in range(5)])
        self.updater = Updater(self.store.index_folder)
        if indexed:
            self.updater.build([self.store.open("demo")])
        self.grounds = grounds
        self.limits = replace(RetroLimits(), **limits)
        self.now_s = START_S
        self.counts = [0, 0]
        self.memory = self.process()

    def shelf(self):
        return Shelf(self.folder, self.grounds, self.limits)

    def process(self):
        """The memory of one process more."""
        return Memory(self.shelf(), self.grounds, self._count)

    def _count(self, kept, dropped):
        self.counts[0] += kept
        self.counts[1] += dropped

    #### Lists ####

    def snapshot(self):
        return LiveIndex.open(self.store.index_folder).snapshot()

    def add(self, *seeds):
        return self.updater.apply([Add("demo", full_entry(seed)) for seed in seeds])

    def remove(self, *seeds):
        return self.updater.apply([Remove("demo", f"e-{seed}") for seed in seeds])

    #### Questions ####

    def ask(self, value, *, who="a", kind=SignalKind.PDQ, reference="", ground=PUBLIC, memory=None):
        """Ask as the gateway does: what is not known is noted."""
        snapshot = self.snapshot()
        if kind is SignalKind.PDQ:
            hits = snapshot.match_many(np.frombuffer(value, np.uint8).reshape(1, 32))[0]
        else:
            hits = snapshot.match_digests([value])[0]
        if not hits:
            asked = Asked(kind, value, key(who), reference, self.now_s)
            (memory or self.memory).keep(ground, snapshot.version, asked)
        return not hits

    def flush(self):
        self.memory.flush(self.now_s)

    def at_now(self):
        now = datetime.fromtimestamp(self.now_s, UTC)
        return clock.use(lambda: now)

    def join(self, *, flush=True):
        """One round of a joiner that was just started."""
        if flush:
            self.flush()
        with ExitStack() as stack:
            stack.enter_context(self.at_now())
            return stack.enter_context(Joiner(self.shelf(), self.store.index_folder)).round()

    def finds(self, who="a", after=0, limit=1000, grounds=ALL):
        return Outbox(self.folder).page(key(who), after, limit, grounds)

    def told(self, who="a"):
        """What a key was told: values and entries."""
        return [(find.value, [hit.entry_id for hit in find.hits]) for find in self.finds(who).finds]

    def files(self):
        return sorted(self.folder.rglob("*.asked"))
