"""How long a case may stand in a state: clocks, from dated rules that somebody reviewed.

Rules:

1. The table `clocks.csv` says: in this state, in this jurisdiction (or in every one: `*`), a case has so many hours
   from its arrival, from this day on, by this source, read by this reviewer. It ships empty: "not configured".
2. The latest rule that has begun and not ended is in force; of a jurisdiction, before one for every.
3. A rule that nobody reviewed may warn. It never sets a deadline: what it gives has no time at which it is over.

>>> read = {"begins": date(2026, 1, 1), "ends": None, "source": "an agreement, section 2", "reviewer": "a lawyer"}
>>> rule = ClockRule("waiting", "nl", 24, **read)
>>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
>>> ticking([rule], "waiting", ["nl", "de"], since=noon, moment=noon)[0].ends_at
datetime.datetime(2026, 3, 2, 12, 0, tzinfo=datetime.timezone.utc)
>>> ticking([replace(rule, reviewer="")], "waiting", ["nl"], since=noon, moment=noon)[0].ends_at is None
True
"""

from __future__ import annotations

from dataclasses import dataclass, replace  # noqa: F401  - the example replaces
from datetime import UTC, date, datetime, timedelta  # noqa: F401  - the example says UTC
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from tutela.apps.tables import Row, Table, dates
from tutela.apps.triage.models import Case, CaseState
from tutela.domain.jurisdictions import DatedRule
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

EVERYWHERE: Final = "*"


@dataclass(frozen=True, slots=True)
class ClockRule(DatedRule):
    """One line of the table."""

    state: str
    jurisdiction: str
    hours: int


@dataclass(frozen=True, slots=True)
class Running:
    """One clock of one case. `ends_at` is None where nobody reviewed the rule: then it only warns."""

    rule: ClockRule
    ends_at: datetime | None
    is_over: bool

    @property
    def sentence(self) -> str:
        """Say it."""
        words = {"jurisdiction": self.rule.jurisdiction, "source": self.rule.source, "hours": self.rule.hours}
        if self.ends_at is None:
            return (
                _("%(hours)d hours (%(jurisdiction)s), by %(source)s: nobody has reviewed this, it only warns") % words
            )
        words["end"] = f"{self.ends_at:%Y-%m-%d %H:%M}"
        return _("%(hours)d hours (%(jurisdiction)s), until %(end)s, by %(source)s") % words


def running(case: Case, rules: Collection[ClockRule] | None = None) -> list[Running]:
    """Return the clocks of a case, in the order in which they end. Who asks for many cases reads the rules once."""
    rules = CLOCKS.rows() if rules is None else rules
    if case.state == CaseState.CLOSED:
        return []
    jurisdictions = case.facts.get("jurisdictions", ())
    return ticking(rules, case.state, jurisdictions, since=case.opened_at, moment=clock.now())


def ticking(
    rules: Iterable[ClockRule], state: str, jurisdictions: Collection[str], *, since: datetime, moment: datetime
) -> list[Running]:
    """Return the clocks that run in a state: one for each jurisdiction that has a rule, else the one for everywhere."""
    today = moment.date()
    latest: dict[str, ClockRule] = {}
    for rule in sorted(rules, key=lambda each: each.begins):
        if rule.state == state and rule.is_in_force(today):
            latest[rule.jurisdiction] = rule
    own = [latest[each] for each in jurisdictions if each in latest]
    chosen = own or [latest[each] for each in (EVERYWHERE,) if each in latest]
    clocks = [_started(rule, since, moment) for rule in chosen]
    return sorted(clocks, key=lambda each: (each.ends_at is None, each.ends_at or since))


def _started(rule: ClockRule, since: datetime, moment: datetime) -> Running:
    ends_at = since + timedelta(hours=rule.hours)
    return Running(rule, ends_at if rule.is_reviewed else None, moment >= ends_at)


def _rule(row: Row) -> ClockRule:
    return ClockRule(CaseState(row["state"]).value, row["jurisdiction"].lower(), int(row["hours"]), **dates(row))


CLOCKS: Final = Table(
    "clocks.csv",
    Path(__file__).parent / "data" / "clocks.csv",
    _rule,
    title=lambda: _("Clocks of cases"),
    without=lambda: _("No case has a deadline. Cases show how long they have waited."),
)
