"""How quickly hosts, networks and countries act: counted from our notice, and honest about what still stands.

Median and 90th percentile count what is still there (`engine.assessment.backlog.waited`): leaving it out would make who
never acts look quick. What was gone before anybody was told is counted apart, and is nobody's merit.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tutela.engine import clock
from tutela.engine.assessment.backlog import Wait, waited

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from tutela.apps.takedown.models import Takedown

    Row = tuple[datetime | None, datetime | None, int]  # first told, gone, how often it came back

ROWS_MAX: Final = 20_000  # the newest
_DAY_S: Final = 86_400.0
_HOURS: Final = 24


class By(StrEnum):
    """What is compared."""

    HOST = "host"
    NETWORK = "network"
    JURISDICTION = "jurisdiction"


@dataclass(frozen=True, slots=True)
class Score:
    """One line. Hours are None where fewer than that share are gone."""

    name: str
    told: int
    gone: int
    gone_before: int
    median_h: float | None
    p90_h: float | None
    in_a_day: int  # of 100 that were told
    returned: int  # of 100 that were gone

    @property
    def still(self) -> int:
        """How many are there still, as far as we know."""
        return self.told - self.gone


def scores(rows: QuerySet[Takedown], by: By) -> list[Score]:
    """Return a line for each, those with the most addresses first."""
    named = rows.order_by("-opened_at").values_list(by.value, "first_sent_at", "gone_at", "returned")[:ROWS_MAX]
    groups: dict[str, list[Row]] = defaultdict(list)
    for name, sent_at, gone_at, returned in named:
        groups[name].append((sent_at, gone_at, returned))
    made = [_score(name, group) for name, group in groups.items()]
    return sorted(made, key=lambda each: (-each.told, each.name))


def _score(name: str, rows: Sequence[Row]) -> Score:
    now = clock.now()
    told = [(sent, gone, returned) for sent, gone, returned in rows if sent is not None]
    waits = [
        Wait(max(0.0, ((gone or now) - sent).total_seconds()) / _DAY_S, gone is not None) for sent, gone, _ in told
    ]
    gone = sum(wait.done for wait in waits)
    quick = sum(wait.done and wait.days <= 1 for wait in waits)
    back = sum(bool(returned) for _sent, _gone, returned in told)
    return Score(
        name=name,
        told=len(told),
        gone=gone,
        gone_before=sum(sent is None and gone_at is not None for sent, gone_at, _ in rows),
        median_h=_hours(waits, 0.5),
        p90_h=_hours(waits, 0.9),
        in_a_day=round(100 * quick / len(told)) if told else 0,
        returned=round(100 * back / max(1, gone + back)) if told else 0,
    )


def _hours(waits: Sequence[Wait], share: float) -> float | None:
    days = waited(waits, share) if waits else None
    return None if days is None else round(days * _HOURS, 1)
