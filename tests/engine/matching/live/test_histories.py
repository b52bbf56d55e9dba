"""Any history of imports, changes and merges answers what a fresh import of the same entries answers."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from tests.engine.matching.world import NOW, altered, digests, frames, full_entry, pdq, picture
from tutela.domain.lists import Entry, MatchPolicy
from tutela.domain.media import MediaKind
from tutela.engine.matching import ListStore, LiveIndex, Matcher, Updater
from tutela.engine.matching.live import Add, Correct, Remove, upkeep
from tutela.engine.matching.live.due import Due

NAMES = ("national", "partner")
SEEDS = 24
STEPS = 14
DISTANCE = {"national": 31, "partner": 12}


@pytest.fixture(autouse=True)
def everything_small(monkeypatch):
    """Reach indexes, folds and settled parts with a handful of entries."""
    monkeypatch.setattr("tutela.engine.matching.index.table._ROWS_MIN", 0)
    monkeypatch.setattr("tutela.engine.matching.live.merging.HASHES_MIN", 6)
    monkeypatch.setattr("tutela.engine.matching.live.due.SEGMENTS_MAX", 3)
    monkeypatch.setattr("tutela.engine.matching.live.due.FOLDED", 2)
    monkeypatch.setattr("tutela.engine.matching.live.due.ENTRIES_MIN", 1)
    monkeypatch.setattr("tutela.engine.matching.live.pieces.IDS_MIN", 4)
    monkeypatch.setattr("tutela.engine.matching.live.updater.SEGMENTS_MAX", 3)
    monkeypatch.setattr("tutela.engine.matching.live.updater.SEGMENTS_HARD_MAX", 6)


class History:
    """What the lists should hold, beside what they hold."""

    def __init__(self, folder, seed):
        self.folder = folder
        self.rng = random.Random(seed)
        self.wanted = {name: {} for name in NAMES}
        self.store = ListStore(folder / "lists")
        self.updater = Updater(self.store.index_folder)
        for name in NAMES:
            self.import_anew(name)
        self.build()

    def entry(self, n):
        """One of a few entries, of a few kinds, that resemble each other."""
        pdq_hash = altered(pdq(n % 7), self.rng.choice([0, 3, 12, 13, 31]), self.rng.randrange(9))
        kind = self.rng.randrange(4)
        if kind == 0:
            return Entry(f"e-{n}", "film", frames=frames(pdq_hash, pdq(f"other {n}"), pdq(n % 5)))
        if kind == 1:
            return Entry(f"e-{n}", "both", pdq=pdq_hash, frames=frames(pdq_hash, pdq(n % 3)))
        return full_entry(n, pdq=pdq_hash if kind == 2 else None)

    def import_anew(self, name):
        entries = {one.entry_id: one for one in (self.entry(self.rng.randrange(40)) for _ in range(12))}
        self.wanted[name] = entries
        self.store.add(
            name,
            "owner",
            "v",
            "scheme",
            MatchPolicy(pdq_distance_max=DISTANCE[name]),
            entries.values(),
            imported_at=NOW,
        )

    def build(self):
        self.updater.build([self.store.open(name) for name in NAMES])

    def change(self):
        changes = []
        for _ in range(self.rng.randrange(1, 9)):
            name, entry = self.rng.choice(NAMES), self.entry(self.rng.randrange(40))
            wanted, kind = self.wanted[name], self.rng.randrange(3)
            if kind == 0:
                changes.append(Remove(name, entry.entry_id))
                wanted.pop(entry.entry_id, None)
            elif kind == 1:
                changes.append(Correct(name, entry))
                if entry.entry_id in wanted:
                    wanted[entry.entry_id] = entry
            else:
                changes.append(Add(name, entry))
                wanted[entry.entry_id] = entry
        self.updater.apply(changes)

    def step(self):
        kind = self.rng.randrange(14)
        if kind == 0:
            self.import_anew(self.rng.choice(NAMES))
            self.build()
        elif kind == 1:
            self.updater.merge()
        elif kind == 2:
            self.build()
        elif kind in {4, 5}:
            self.tidy_while_something_changes()
        elif kind == 6:
            upkeep(self.store.index_folder)
        elif kind == 3:
            self.updater = Updater(self.store.index_folder)  # another process
            name = self.rng.choice(NAMES)
            self.updater.apply([Remove(name, one) for one in self.wanted[name]])
            self.wanted[name] = {}
        else:
            self.change()

    def tidy_while_something_changes(self):
        """Merge some segments; updates, and now and then a build, come between its preparation and its end."""
        changes = iter(self.rng.sample([self.change, self.change, self.change, self.build], self.rng.randrange(1, 4)))

        def meanwhile(_share):
            for change in changes:
                change()

        def some(segments):
            count = self.rng.randrange(1, len(segments) + 1)
            return Due(None, tuple(sorted(self.rng.sample(range(len(segments)), count))))

        Updater(self.store.index_folder).tidy(some, meanwhile)

    def fresh(self):
        """A matcher over nothing but what there should be."""
        store = ListStore(self.folder / f"fresh {self.rng.random()}")
        for name, entries in self.wanted.items():
            if entries:
                policy = MatchPolicy(pdq_distance_max=DISTANCE[name])
                store.add(name, "owner", "v", "scheme", policy, entries.values(), imported_at=NOW)
        return Matcher([store.open(name) for name in store.names()])


def said(hits):
    return sorted(str(replace(one, list_version="", index_version="")) for one in hits)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_history_answers_as_a_fresh_import(tmp_path, seed):
    history = History(tmp_path, seed)
    index = LiveIndex.open(history.store.index_folder)
    for _ in range(STEPS):
        history.step()
        index._look_again_s = 0
        snapshot, fresh = index.snapshot(), history.fresh()
        assert index.fault == ""
        assert snapshot.info.entries == sum(map(len, history.wanted.values()))
        hashes = [altered(pdq(n), bits, n) for n in range(7) for bits in (0, 9, 31)] + [bytes(32)]
        many = snapshot.match_many(np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32))
        for pdq_hash, found in zip(hashes, many, strict=True):
            still = fresh.match(None, [picture(pdq_hash)], MediaKind.PICTURE)
            assert said(found) == said(still)
            assert said(snapshot.match(None, [picture(pdq_hash)], MediaKind.PICTURE)) == said(still)
        film = [picture(pdq(n), frame=n) for n in range(5)]
        for n in range(0, 40, 3):
            assert said(snapshot.match(digests(n), film, MediaKind.VIDEO)) == said(
                fresh.match(digests(n), film, MediaKind.VIDEO)
            )
        assert [said(one) for one in snapshot.match_digests([digests(n) for n in range(40)])] == [
            said(fresh.match(digests(n), (), MediaKind.OTHER)) for n in range(40)
        ]
    snapshot.verify()
    files = {path.name for path in history.store.index_folder.iterdir() if path.suffix.startswith(".tutela")}
    assert snapshot.state.files() <= files
