"""Files of a person to changes of the index: ids to remove, entries in any list format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutela.domain.lists import Entry, RejectedRow
from tutela.engine.formats import open_list
from tutela.engine.matching.live import Add, Correct, Remove

if TYPE_CHECKING:
    from pathlib import Path

    from tutela.engine.matching.live import Change


def read_changes(
    name: str, *, remove: Path | None, correct: Path | None, add: Path | None
) -> tuple[list[Change], list[RejectedRow]]:
    """Return what files say, in the order remove, correct, add; and the rows that say nothing usable."""
    changes: list[Change] = []
    rejected: list[RejectedRow] = []
    if remove is not None:
        lines = remove.read_text("utf-8-sig").splitlines()
        changes += [Remove(name, line.strip()) for line in lines if line.strip()]
    for path, kind in ((correct, Correct), (add, Add)):
        if path is None:
            continue
        with open_list(path, None) as rows:
            for row in rows:
                if isinstance(row, Entry):
                    changes.append(kind(name, row))
                else:
                    rejected.append(row)
    return changes, rejected
