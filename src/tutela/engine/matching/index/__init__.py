"""The index: every hash and digest of any number of lists in one file, found without looking at all of them.

store = IndexStore(home / "lists" / ".index")
info = store.build([lists.open("demo")])
index = store.open()                         # None where none was built
index.search(queries, 31)                    # distinct hashes; `owners` says which rows of which lists have them
"""

from __future__ import annotations

from tutela.engine.matching.index.build import build_index
from tutela.engine.matching.index.info import IndexedList, IndexInfo
from tutela.engine.matching.index.signal_index import Owners, SignalIndex
from tutela.engine.matching.index.store import IndexStore
from tutela.engine.matching.index.table import IndexedTable

__all__ = ["IndexInfo", "IndexStore", "IndexedList", "IndexedTable", "Owners", "SignalIndex", "build_index"]
