"""Where the tables of an installation stand, so that every process that lets machines or people in counts in the same.

    TUTELA_HOME/run/keys.buckets         one bucket for each machine's key: named by `name_of(key_id.bytes)`
    TUTELA_HOME/run/addresses.buckets    for the public: named by `SharedTable.name_today`
    TUTELA_HOME/run/entries.buckets      one for each list entry that is hit: an empty one is a flood

They are no part of a backup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tutela.engine.throttling.table import SharedTable

if TYPE_CHECKING:
    from pathlib import Path

_SLOTS: Final = 65_536  # a mebibyte each


def key_buckets(home: Path) -> SharedTable:
    """Return the table of machines' keys."""
    return SharedTable(home / "run" / "keys.buckets", _SLOTS)


def entry_buckets(home: Path) -> SharedTable:
    """Return the table of list entries."""
    return SharedTable(home / "run" / "entries.buckets", _SLOTS)


def address_buckets(home: Path) -> SharedTable:
    """Return the table of the public's addresses."""
    return SharedTable(home / "run" / "addresses.buckets", _SLOTS)
