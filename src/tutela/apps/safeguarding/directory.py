"""Who protects children where: services per place, with the source of each row.

The table `services.csv` ships empty, because we invent no service, number or deadline: the answer is then "not
configured", and whoever is on call finds the way and writes down which. A row without a `reviewer` may be proposed; it
sets no deadline.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from tutela.apps.tables import Row, Table, dates
from tutela.domain.jurisdictions import DatedRule

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


class ServiceKind(StrEnum):
    """What a service is there for."""

    CHILD_PROTECTION = "child-protection"
    POLICE = "police"


@dataclass(frozen=True, slots=True)
class Service(DatedRule):
    """One service of one place (ISO 3166-1, small letters) and how it is reached, from a day on."""

    id: str
    jurisdiction: str
    kind: ServiceKind
    name: str
    route: str
    acknowledges_within_h: int | None

    @property
    def deadline_h(self) -> int | None:
        """Hours until an acknowledgement is overdue; None where nobody has reviewed the row, or it names none."""
        return self.acknowledges_within_h if self.is_reviewed else None


def services_of(jurisdiction: str, today: date, known: Iterable[Service] | None = None) -> list[Service]:
    """Return the services of a place on a day, child protection before the police."""
    rows = SERVICES.rows() if known is None else known
    there = [row for row in rows if row.jurisdiction == jurisdiction and row.is_in_force(today)]
    return sorted(there, key=lambda row: (row.kind, row.name))


def _service(row: Row) -> Service:
    within = row["acknowledges_within_h"]
    return Service(
        id=row["id"],
        jurisdiction=row["jurisdiction"].lower(),
        kind=ServiceKind(row["kind"]),
        name=row["name"],
        route=row["route"],
        acknowledges_within_h=int(within) if within else None,
        **dates(row),
    )


SERVICES: Final = Table(
    "services.csv",
    Path(__file__).parent / "data" / "services.csv",
    _service,
    title=lambda: _("Services that protect children"),
    without=lambda: _("Whoever is on call finds the service of the place, and writes down which."),
)
