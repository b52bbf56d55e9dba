"""What other apps may ask of takedown: to order a notice, and how the notices of a case stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tutela.apps.access.public import can
from tutela.apps.takedown.models import Notice
from tutela.apps.takedown.services import Order, TakedownError, move, order, resume, stopped
from tutela.domain.actors import Permission
from tutela.domain.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.domain.actors import Actor
    from tutela.domain.ids import OrganisationId
    from tutela.domain.period import Period

__all__ = ["Order", "TakedownError", "indicators", "move", "notices", "order", "resume", "waiting"]


def notices(case_id: UUID) -> QuerySet[Notice]:
    """Return the notices of a case with their probes, oldest first. The caller has asked for the case."""
    return Notice.objects.filter(case_id=case_id).prefetch_related("probes")


def indicators(period: Period, organisation_id: OrganisationId | None = None) -> Mapping[str, int]:
    """Return what takedown can count: notices sent, and addresses found gone, for one organisation or all."""
    rows = Notice.objects.all()
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    return {
        "notices-sent": rows.filter(sent_at__gte=period.start, sent_at__lt=period.end).count(),
        "addresses-gone": rows.filter(gone_at__gte=period.start, gone_at__lt=period.end).count(),
    }


def waiting(actor: Actor) -> list[Waiting]:
    """Return what waits for this actor: addresses of which nobody could find out whether they are gone."""
    if not can(actor, Permission.TAKEDOWN_NOTICE_SEND):
        return []
    cases = list(stopped(actor).order_by("stopped_at").values_list("case_id", flat=True).distinct())
    return [Waiting(_("Addresses that gave no clear answer"), len(cases), f"/cases/{cases[0]}/")] if cases else []
