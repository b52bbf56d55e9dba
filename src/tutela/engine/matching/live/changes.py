"""What happens to a list between two imports.

    Add ....... puts an entry in; one of the same id gives way
    Correct ... puts an entry in the place of the one with its id; where there is none, nothing happens, so that a late
                correction does not bring back what was withdrawn
    Remove .... takes every entry of that id out; where there is none, nothing happens

Changes are applied in their order. The same changes applied twice leave what they left the first time, so whoever is
not sure how far an update came sends it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutela.domain.errors import ListError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tutela.domain.lists import Entry


@dataclass(frozen=True, slots=True)
class Add:
    """Put an entry into a list."""

    list_name: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Correct:
    """Put an entry in the place of the one with its id."""

    list_name: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Remove:
    """Take an entry out of a list."""

    list_name: str
    entry_id: str


Change = Add | Correct | Remove


@dataclass(slots=True)
class Net:
    """What changes come to for one list: entries that are new, and ids whose entries of before no longer count."""

    fresh: dict[str, Entry] = field(default_factory=dict[str, "Entry"])
    gone: set[str] = field(default_factory=set[str])


def netted(changes: Iterable[Change], present: Callable[[str, set[str]], set[str]]) -> dict[str, Net]:
    """Return what changes come to, by list.

    Args:
        changes: in their order, read once.
        present: which of some ids a list has now.

    Raises:
        ListError: a change does not say which entry it is about.
    """
    changes = list(changes)
    asked: dict[str, set[str]] = {}
    for change in changes:
        entry_id = _id_of(change)
        if not entry_id:
            raise ListError("a change does not name its entry", hint="Give every change the id of its entry.")
        if isinstance(change, Correct):
            asked.setdefault(change.list_name, set()).add(entry_id)
    there = {name: present(name, ids) for name, ids in asked.items()}
    nets: dict[str, Net] = {}
    for change in changes:
        net = nets.setdefault(change.list_name, Net())
        entry_id = _id_of(change)
        known = entry_id in net.fresh or (entry_id not in net.gone and entry_id in there.get(change.list_name, ()))
        if isinstance(change, Correct) and not known:
            continue
        net.gone.add(entry_id)
        net.fresh.pop(entry_id, None)
        if not isinstance(change, Remove):
            net.fresh[entry_id] = change.entry
    return nets


def _id_of(change: Change) -> str:
    return change.entry_id if isinstance(change, Remove) else change.entry.entry_id
