"""The organisation's own hash list on this machine: what triage, the index and the gateway match by.

Rules:

1. Only where the organisation said so: everybody on this installation then learns that something is on it.
2. It holds what the newest version holds, without what was withdrawn since: a correction waits for nobody.
3. Making it is repeated at will, from the tables alone: killed at any point, the next time makes it right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from tutela.apps.lists.models import OwnEntry
from tutela.apps.lists.publishing import entries_of, in_newest, list_name
from tutela.apps.lists.rules import Kind, Why
from tutela.apps.lists.services import policy_of
from tutela.domain.errors import IndexMissingError, ListNotFoundError
from tutela.domain.lists import MatchPolicy
from tutela.engine import clock
from tutela.engine.matching import ListStore, LiveIndex, Updater
from tutela.engine.matching.live import Remove

if TYPE_CHECKING:
    from uuid import UUID


def bring(organisation_id: UUID) -> None:
    """Make the list of this machine what it should be. It writes files, and no table."""
    name, store = list_name(organisation_id, Kind.HASH), ListStore(settings.TUTELA.home / "lists")
    is_here = name in store.names()
    wanted = in_newest(organisation_id, Kind.HASH) if policy_of(organisation_id).matches_here else []
    if not wanted and not is_here:
        return
    if is_here:
        _silence(store, name, organisation_id)
    if wanted:
        imported_at = clock.now().isoformat(timespec="seconds")
        store.add(name, "", "", "", MatchPolicy(), entries_of(wanted), imported_at=imported_at)
    else:
        store.remove(name)
    _index(store, name)


def errors(organisation_id: UUID) -> list[str]:
    """Return the ids of hash entries that were errors."""
    rows = OwnEntry.objects.filter(organisation_id=organisation_id, kind=Kind.HASH, why=Why.ERROR)
    return [str(entry_id) for entry_id in rows.values_list("id", flat=True)]


def _index(store: ListStore, name: str) -> None:
    """Let the index hold this list, too, and of the others those that it held: which, the operator has chosen."""
    try:
        held = {each.about.name for each in LiveIndex.open(store.index_folder).snapshot().info.lists}
    except IndexMissingError:
        return
    names = sorted({*held, name} & set(store.names()))
    Updater(store.index_folder).build([store.open(each) for each in names])


def _silence(store: ListStore, name: str, organisation_id: UUID) -> None:
    """Take what was an error out of the index first: building it anew may take its time."""
    try:
        Updater(store.index_folder).apply([Remove(name, each) for each in errors(organisation_id)])
    except (IndexMissingError, ListNotFoundError):
        return
