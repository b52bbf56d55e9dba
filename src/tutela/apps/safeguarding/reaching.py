"""Which questions an actor may see and answer, and in what order they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.http import Http404

from tutela.apps.access.public import Target, authorise, visible
from tutela.apps.safeguarding.models import Concern, Referral
from tutela.apps.safeguarding.rules import Step
from tutela.domain.actors import Actor, Permission
from tutela.domain.ids import OrganisationId, TeamId
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet


def concerns(actor: Actor) -> QuerySet[Concern]:
    """Return the open questions within reach: overdue first, then danger, then what nobody took, then the oldest."""
    reach = visible(actor, Permission.SAFEGUARDING_CONCERN_READ, teams="team")
    late = Referral.objects.filter(concern=OuterRef("pk"), step=Step.HANDED_OVER, due_at__lt=clock.now())
    untaken = ExpressionWrapper(Q(taken_by=""), output_field=BooleanField())
    rows = Concern.objects.filter(reach, closed_at=None).annotate(is_overdue=Exists(late), is_untaken=untaken)
    return rows.order_by("-is_overdue", "-in_danger", "-is_untaken", "raised_at", "id")


def concern(actor: Actor, concern_id: UUID, permission: Permission, *, lock: bool = False) -> Concern:
    """Return a concern that the actor may do `permission` to; 404 or 403 otherwise."""
    rows = Concern.objects.select_for_update() if lock else Concern.objects
    found = rows.filter(id=concern_id).first()
    if found is None:
        raise Http404
    authorise(actor, permission, target_of(found))
    return found


def target_of(concern: Concern) -> Target:
    """Return whom a concern belongs to."""
    teams = frozenset({TeamId(concern.team_id)} if concern.team_id else ())
    return Target(OrganisationId(concern.organisation_id), teams)
