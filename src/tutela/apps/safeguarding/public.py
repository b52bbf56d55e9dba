"""What other apps may ask of safeguarding: to raise concerns, and which cases have one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tutela.apps.access.public import can
from tutela.apps.safeguarding.directory import SERVICES
from tutela.apps.safeguarding.models import Concern
from tutela.apps.safeguarding.reaching import concerns
from tutela.apps.safeguarding.rules import Cause, causes_of
from tutela.apps.safeguarding.services import Danger, raise_concerns
from tutela.domain.actors import Actor, Permission
from tutela.domain.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.domain.ids import OrganisationId
    from tutela.domain.period import Period

__all__ = [
    "SERVICES",
    "Cause",
    "Danger",
    "causes_of",
    "endangered_case_ids",
    "indicators",
    "is_in_danger",
    "is_open",
    "move",
    "raise_concerns",
    "waiting",
]


def endangered_case_ids() -> QuerySet[Concern, UUID]:
    """Return the cases in which a child is said to be in danger now, as a subquery."""
    return Concern.objects.filter(closed_at=None, in_danger=True).values_list("case_id", flat=True)


def is_open(case_id: UUID) -> bool:
    """Whether the question is open for a case."""
    return Concern.objects.filter(case_id=case_id, closed_at=None).exists()


def is_in_danger(case_id: UUID) -> bool:
    """Whether a child of a case is said to be in danger now."""
    return Concern.objects.filter(case_id=case_id, closed_at=None, in_danger=True).exists()


def move(case_id: UUID, team_id: UUID) -> None:
    """Give the open question of a case to another team, in the transaction that gives it the case."""
    Concern.objects.filter(case_id=case_id, closed_at=None).update(team_id=team_id)


def indicators(period: Period, organisation_id: OrganisationId | None = None) -> Mapping[str, int]:
    """Return what safeguarding can count: concerns raised and closed in the period, for one organisation or all."""
    rows = Concern.objects.all()
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    return {
        "concerns-raised": rows.filter(raised_at__gte=period.start, raised_at__lt=period.end).count(),
        "concerns-closed": rows.filter(closed_at__gte=period.start, closed_at__lt=period.end).count(),
    }


def waiting(actor: Actor) -> list[Waiting]:
    """Return what waits for this actor: children who may be in danger now."""
    if not can(actor, Permission.SAFEGUARDING_CONCERN_ANSWER):
        return []
    count = concerns(actor).count()
    return [Waiting(_("Is the child safe?"), count, "/safeguarding/", urgent=True)] if count else []
