"""The index: every hash and digest of any number of lists in one file, found without looking at all of them.

info = build_index([lists.open("demo")], target, folder=folder)
index = SignalIndex.open(path)
index.search(queries, 31)                    # distinct hashes; `owners` says which rows of which lists have them
"""

from __future__ import annotations

from tutela.engine.matching.index.build import build_index
from tutela.engine.matching.index.info import IndexedList, IndexInfo
from tutela.engine.matching.index.signal_index import Owners, SignalIndex
from tutela.engine.matching.index.table import IndexedTable

__all__ = ["IndexInfo", "IndexedList", "IndexedTable", "Owners", "SignalIndex", "build_index"]
