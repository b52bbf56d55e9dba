"""What other apps may ask of takedown: to order one, and how those of a case stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from tutela.apps.access.public import can
from tutela.apps.takedown import labels
from tutela.apps.takedown.contacts import CLASSES, CONTACTS, REGISTRIES, VANTAGES
from tutela.apps.takedown.models import Notice, Reply, Takedown
from tutela.apps.takedown.services import Order, TakedownError, move, order, resume, takedowns, waiting_for_person
from tutela.domain.actors import Permission
from tutela.domain.waiting import Waiting
from tutela.engine.removal import Finding, State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from tutela.domain.actors import Actor
    from tutela.domain.ids import OrganisationId
    from tutela.domain.period import Period

__all__ = [
    "CLASSES",
    "CONTACTS",
    "REGISTRIES",
    "VANTAGES",
    "Order",
    "Standing",
    "TakedownError",
    "indicators",
    "move",
    "of_case",
    "order",
    "resume",
    "waiting",
]

_LOOKS_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """How one takedown stands, in words. `looks` are the newest ones, the newest last."""

    takedown: Takedown
    state: str
    why: str
    looks: tuple[tuple[datetime, str], ...]


def of_case(case_id: UUID) -> dict[UUID, Standing]:
    """Return how the addresses of a case stand, by location. The caller has asked for the case."""
    rows = Takedown.objects.filter(case_id=case_id).order_by("opened_at", "id").prefetch_related("probes")
    return {row.location_id: _standing(row) for row in rows}


def indicators(period: Period, organisation_id: OrganisationId | None = None) -> Mapping[str, int]:
    """Return what takedown can count: notices sent, and addresses certainly gone, for one organisation or all."""
    notices, takedowns = Notice.objects.all(), Takedown.objects.all()
    if organisation_id is not None:
        notices, takedowns = (rows.filter(organisation_id=organisation_id) for rows in (notices, takedowns))
    return {
        "notices-sent": notices.filter(sent_at__gte=period.start, sent_at__lt=period.end).count(),
        "addresses-gone": takedowns.filter(removed_at__gte=period.start, removed_at__lt=period.end).count(),
    }


def waiting(actor: Actor) -> list[Waiting]:
    """Return what waits for this actor: takedowns that somebody must decide on, and answers to read."""
    if not can(actor, Permission.TAKEDOWN_NOTICE_SEND):
        return []
    found = waiting_for_person(actor)
    answers = Reply.objects.filter(
        read_at=None, notice__takedown__in=takedowns(actor, Permission.TAKEDOWN_NOTICE_SEND)
    ).count()
    lines = [
        Waiting(_("Takedowns that wait for a person"), found.count(), "/takedowns/?only=person"),
        Waiting(_("Answers to notices to read"), answers, "/takedowns/?only=answers"),
    ]
    return [line for line in lines if line.count]


def _standing(row: Takedown) -> Standing:
    _step, _at, why = labels.next_of(row)
    looks = [(probe.done_at, str(labels.FINDINGS[Finding(probe.finding)])) for probe in row.probes.all()]
    return Standing(row, str(labels.STATES[State(row.state)]), why, tuple(looks[-_LOOKS_SHOWN:]))
