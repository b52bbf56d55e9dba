"""Who helps in a place: emergency numbers, help lines, and services for people who fear that they may offend.

Rules:

1. A row names its source and the day on which somebody read it there; a row without either is not shown to anybody.
2. None ships: we have no source that we could vouch for. A place without rows says that nothing is configured for it.
3. The table is `help.csv`.
4. `reach` is a telephone number or an https address. `country` is ISO 3166-1, and `kind` one of `Kind`.

>>> head = "country,kind,name,reach,source,read_on"
>>> HELP.parse([head, "NL,help-line,A line,https://line.example,its own page,2026-01-02"]).rows[0].link
'https://line.example'
>>> HELP.parse([head, "NL,help-line,A line,https://line.example,its own page,"]).rows
()
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from tutela.apps.tables import Row, Table, day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_NUMBER: Final = re.compile(r"\+?[0-9][0-9 ()/-]{1,30}", re.ASCII)


class Kind(StrEnum):
    """What kind of help."""

    EMERGENCY = "emergency"
    HELP_LINE = "help-line"
    OFFENDER_SUPPORT = "offender-support"


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who helps, and how to reach them."""

    country: str
    kind: Kind
    name: str
    reach: str
    source: str
    read_on: date

    @property
    def link(self) -> str:
        """What a tap on it does: call, or open the page."""
        return self.reach if self.reach.startswith("https://") else "tel:" + re.sub(r"[^+0-9]", "", self.reach)


def by_country(found: tuple[Helper, ...]) -> Mapping[str, list[Helper]]:
    """Return them by country, in the order of the codes."""
    countries = sorted({each.country for each in found})
    return {country: [each for each in found if each.country == country] for country in countries}


def _helper(row: Row) -> Helper:
    if not re.fullmatch(r"[A-Za-z]{2}", row["country"]):
        raise ValueError("`country` is a code of two letters (ISO 3166-1)")
    if not row["name"]:
        raise ValueError("it names nobody")
    if not row["reach"].startswith("https://") and not _NUMBER.fullmatch(row["reach"]):
        raise ValueError("`reach` is a telephone number or an https address")
    return Helper(
        row["country"].upper(), Kind(row["kind"]), row["name"], row["reach"], row["source"], day(row["read_on"])
    )


HELP: Final = Table(
    "help.csv",
    Path(__file__).parent / "data" / "help.csv",
    _helper,
    title=lambda: _("Emergency numbers and help lines"),
    without=lambda: _("The public form says that none is configured for this place."),
)
