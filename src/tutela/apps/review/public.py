"""What other apps may ask of review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutela.apps.review.models import Basis, Decision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutela.domain.ids import OrganisationId
    from tutela.domain.period import Period

__all__ = ["indicators"]


def indicators(period: Period, organisation_id: OrganisationId | None = None) -> Mapping[str, int]:
    """Return what review can count: items confirmed without viewing, for one organisation or all."""
    made = Decision.objects.filter(decided_at__gte=period.start, decided_at__lt=period.end)
    if organisation_id is not None:
        made = made.filter(organisation_id=organisation_id)
    return {"items-confirmed-without-viewing": made.filter(basis=Basis.WITHOUT_VIEWING).count()}
