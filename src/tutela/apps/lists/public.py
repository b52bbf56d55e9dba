"""What other apps may ask of own lists: what stands on them about a case, and to be told that an address is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from tutela.apps.access.public import can
from tutela.apps.lists.models import ListVersion, OwnEntry
from tutela.apps.lists.publishing import Waits, list_name, publish, versions, waits
from tutela.apps.lists.rules import Kind, State, Why
from tutela.apps.lists.services import (
    VIEWED,
    ListsError,
    entries_at,
    gone,
    policy_of,
    returned,
    still_there,
    weighed,
    withdraw,
)
from tutela.apps.triage import public as triage
from tutela.domain.actors import Permission
from tutela.domain.waiting import Waiting

if TYPE_CHECKING:
    from uuid import UUID

    from tutela.domain.actors import Actor

__all__ = [
    "Kind",
    "ListsError",
    "OnCase",
    "Standing",
    "Why",
    "entries_at",
    "gone",
    "of_case",
    "publish",
    "returned",
    "standing",
    "still_there",
    "waiting",
    "withdraw",
]

_VERSIONS_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """How one own list stands: its name, how many entries of each state, and its newest versions."""

    name: str
    states: tuple[tuple[str, int], ...]
    waits: Waits
    versions: tuple[ListVersion, ...]


@dataclass(frozen=True, slots=True)
class OnCase:
    """One item of a case and our list: its entry, if any, how many people assessed it by viewing, and what one may do.

    Whoever has not said yet what it is does not see what others said: theirs is to be an assessment of its own.
    """

    item: triage.Item
    entry: OwnEntry | None
    people: int
    needed: int
    differ: bool
    has_said: bool
    may_assess: bool


def of_case(actor: Actor, case: triage.Case) -> list[OnCase]:
    """Return how the items of a case stand with our list. The caller has asked for the case."""
    items = list(triage.items(case.id))
    rows = OwnEntry.objects.filter(item__in=items, kind=Kind.HASH, organisation_id=case.organisation_id).order_by("id")
    entries = {each.item_id: each for each in rows}  # the last one: those before were superseded
    decides = can(actor, Permission.REVIEW_ITEM_DECIDE, triage.target_of(case))
    needed = policy_of(case.organisation_id).assessors_min
    return [_on_case(actor, item, entries.get(item.id), needed, decides=decides) for item in items]


def standing(organisation_id: UUID, kind: Kind) -> Standing:
    """Return how an own list stands. The caller has asked whether the actor may know."""
    rows = OwnEntry.objects.filter(organisation_id=organisation_id, kind=kind)
    return Standing(
        list_name(organisation_id, kind),
        tuple((each.value, rows.filter(state=each).count()) for each in State),
        waits(organisation_id, kind),
        tuple(versions(organisation_id, kind)[:_VERSIONS_SHOWN]),
    )


def waiting(actor: Actor) -> list[Waiting]:
    """Return what waits for this actor: proposals that need others, and what no version says yet."""
    organisation_id = actor.organisation_id
    if organisation_id is None or not can(actor, Permission.LISTS_LIST_READ):
        return []
    rows = OwnEntry.objects.filter(organisation_id=organisation_id)
    lines: list[Waiting] = []
    if can(actor, Permission.REVIEW_ITEM_DECIDE):
        proposed = rows.filter(state=State.PROPOSED).count()
        lines.append(Waiting(_("Proposed for our lists"), proposed, "/own-lists/?state=proposed"))
    if can(actor, Permission.LISTS_LIST_EDIT):
        left = rows.filter(is_published=True).exclude(state=State.LISTED).count()
        lines.append(Waiting(_("Taken off our lists, and in no version yet"), left, "/own-lists/", urgent=True))
    return [line for line in lines if line.count]


def _on_case(actor: Actor, item: triage.Item, entry: OwnEntry | None, needed: int, *, decides: bool) -> OnCase:
    said = triage.assessed([item.id]).filter(basis=VIEWED)
    found = weighed(entry) if entry else None
    return OnCase(
        item=item,
        entry=entry,
        people=said.values("assessed_by").distinct().order_by().count(),
        needed=needed,
        differ=bool(found and found.differ),
        has_said=said.filter(assessed_by=actor.pseudonym).exists(),
        may_assess=decides and actor.person_id is not None and not (entry and entry.why == "error"),
    )
