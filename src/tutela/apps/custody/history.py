"""The story of one case, told from its record: for a page that has already asked whether the actor may see the case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tutela.apps.custody import labels
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.recording import pseudonym_of

if TYPE_CHECKING:
    from uuid import UUID

    from tutela.domain.actors import Actor

EVENTS_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline. `event` names the entry; `place` is None until the sequencer gave one."""

    at: datetime
    text: str
    because: str
    by: str
    event: str
    place: int | None


def history(actor: Actor, chain_id: UUID) -> list[Event]:
    """Return what happened to a case, in order: the newest `EVENTS_MAX` where there are more."""
    newest = Leaf.objects.filter(chain_id=chain_id).defer("sealed").order_by("-serial")[:EVENTS_MAX]
    me = pseudonym_of(actor)
    return [told(leaf, me) for leaf in reversed(newest)]


def told(leaf: Leaf, me: str = "") -> Event:
    """Say one entry in words. `me`: the pseudonym in the record of whoever reads."""
    return Event(
        at=datetime.fromisoformat(leaf.time),
        text=labels.action_of(leaf.action),
        because=labels.reason_of(leaf.reason),
        by=labels.actor_of(leaf.actor, me=me),
        event=leaf.event,
        place=leaf.position,
    )
