"""The live index: what was imported, and every change since, in force within a second and without a reader waiting.

updater = Updater(home / "lists" / ".index")
updater.build([store.open("national")])
updater.apply([Add("national", entry), Remove("national", "x-17")])

index = LiveIndex.open(home / "lists" / ".index")
snapshot = index.snapshot()                              # as often as you like
snapshot.match_many(hashes)                              # and name snapshot.version in the answer

upkeep(home / "lists" / ".index")                        # now and then, beside both: merges what is due
"""

from __future__ import annotations

from tutela.engine.matching.live.changes import Add, Change, Correct, Remove
from tutela.engine.matching.live.keeper import keep_up, upkeep
from tutela.engine.matching.live.reader import LiveIndex, in_force
from tutela.engine.matching.live.snapshot import LiveInfo, LiveList, Snapshot
from tutela.engine.matching.live.updater import Tidied, Updater

__all__ = [
    "Add",
    "Change",
    "Correct",
    "LiveIndex",
    "LiveInfo",
    "LiveList",
    "Remove",
    "Snapshot",
    "Tidied",
    "Updater",
    "in_force",
    "keep_up",
    "upkeep",
]
