"""A file that a partner brought, with every outcome that a row can have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutela.domain.actors import SYSTEM
from tutela.domain.lists import RejectedRow
from tutela.domain.reports import Reported
from tutela.engine.formats.reports import ReportRow

if TYPE_CHECKING:
    from uuid import UUID

    from tutela.apps.access.models import Organisation


def bring(organisation: Organisation) -> UUID:
    """Bring it; return the id of the import."""
    from tutela.apps.intake import importing
    from tutela.domain.ids import OrganisationId

    page = Reported(addresses=("https://brought.example/a",))
    rows = [
        ReportRow(1, page, "a"),
        ReportRow(2, page, "a"),
        ReportRow(3, Reported(addresses=("https://brought.example/b",)), "a"),
        ReportRow(4, Reported(text="Seen in a public thread.")),
        RejectedRow(5, "occurred_at: this is not a moment with its zone; media: a digest has 32, 40 or 64 letters"),
    ]
    brought = importing.Brought(OrganisationId(organisation.id), "Example partner hotline", "ab" * 32, "csv")
    return list(importing.take_in(SYSTEM, brought, rows))[-1].id
