r"""Who helps in a place: emergency numbers, help lines, and services for people who fear that they may offend.

Rules:

1. A row names its source and the day on which somebody read it there; a row without either is not shown to anybody.
2. None ships: we have no source that we could vouch for. A place without rows says that nothing is configured for it.
3. An operator's own rows stand in `help.csv` in the home of the installation, and then stand alone.
4. `reach` is a telephone number or an https address. `country` is ISO 3166-1, and `kind` one of `Kind`.

>>> head = "country,kind,name,reach,source,read_on"
>>> read(f"{head}\\nNL,help-line,A line,https://line.example,its own page,2026-01-02")[0].link
'https://line.example'
>>> read(f"{head}\\nNL,help-line,A line,https://line.example,,")
()
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

log = structlog.get_logger(__name__)
SHIPPED: Final = Path(__file__).parent / "data" / "help.csv"
NAME: Final = "help.csv"
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


def helpers() -> tuple[Helper, ...]:
    """Return everybody who helps anywhere: as the operator says; where they say nothing, as we ship."""
    own = settings.TUTELA.home / NAME
    return read((own if own.is_file() else SHIPPED).read_text(encoding="utf-8"))


def by_country(found: tuple[Helper, ...]) -> Mapping[str, list[Helper]]:
    """Return them by country, in the order of the codes."""
    countries = sorted({each.country for each in found})
    return {country: [each for each in found if each.country == country] for country in countries}


def read(text: str) -> tuple[Helper, ...]:
    """Read a table. Rows that are not whole are left out, and the log says how many."""
    rows = list(csv.DictReader(text.splitlines()))
    found = tuple(each for each in map(_helper, rows) if each)
    if len(found) < len(rows):
        log.warning("help-rows-refused", count=len(rows) - len(found))
    return found


def _helper(row: Mapping[str, str | None]) -> Helper | None:
    given = {name: (value or "").strip() for name, value in row.items() if name and isinstance(value, str)}
    try:
        kind, read_on = Kind(given.get("kind", "")), date.fromisoformat(given.get("read_on", ""))
    except ValueError:
        return None
    country, name, reach, source = (given.get(each, "") for each in ("country", "name", "reach", "source"))
    is_whole = re.fullmatch(r"[A-Za-z]{2}", country) and name and source
    if not is_whole or not (reach.startswith("https://") or _NUMBER.fullmatch(reach)):
        return None
    return Helper(country.upper(), kind, name, reach, source, read_on)
