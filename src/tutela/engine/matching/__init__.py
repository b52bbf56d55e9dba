"""Matching: packed hash lists, kept in a store, asked by a matcher.

store = ListStore(home / "lists")
info = store.add("demo", owner, label, scheme, MatchPolicy(), rows, imported_at=now)
hits = Matcher([store.open("demo")]).match(digests, hashes, MediaKind.PICTURE)

With an index, which also holds what changed since the import (see `live`):

Updater(store.index_folder).build([store.open("demo")])
hits = Matcher(in_force(store, ["demo"])).match(digests, hashes, MediaKind.PICTURE)
"""

from __future__ import annotations

from tutela.engine.matching.index import IndexInfo, SignalIndex
from tutela.engine.matching.live import LiveIndex, Snapshot, Updater, in_force
from tutela.engine.matching.matcher import Matcher, Matches
from tutela.engine.matching.packed import PackedList, read_info
from tutela.engine.matching.store import ListStore
from tutela.engine.matching.tables import BruteTable, DigestTable, SignalTable

__all__ = [
    "BruteTable",
    "DigestTable",
    "IndexInfo",
    "ListStore",
    "LiveIndex",
    "Matcher",
    "Matches",
    "PackedList",
    "SignalIndex",
    "SignalTable",
    "Snapshot",
    "Updater",
    "in_force",
    "read_info",
]
