"""What other rules of routing would have done with the cases of the last days, seen before anybody adopts them.

Each case keeps what was asked about it when it came; both sets of rules are asked the same. It is read, never written.
Teams are taken as they are today.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from tutela.apps.triage import routing
from tutela.apps.triage.models import Case
from tutela.apps.triage.routing_rules import Bearings, decide
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutela.apps.triage.routing_rules import Rule, Unit

DAYS: Final = 30
CASES_MAX: Final = 250_000  # the newest


@dataclass(frozen=True, slots=True)
class Share:
    """How many cases one team would have got, by both. Without a name: those of the whole organisation."""

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Effect:
    """Both answers for the same cases. `rules`: how many each new rule decides; `fallback`: those that none does."""

    cases: int
    moved: int
    fallback: int
    rules: tuple[int, ...]
    shares: tuple[Share, ...]


def effect(organisation_id: UUID, before: Sequence[Rule], after: Sequence[Rule]) -> Effect:
    """Ask both sets of rules about the cases of the last days."""
    since = clock.now() - timedelta(days=DAYS)
    rows = Case.objects.filter(organisation_id=organisation_id, opened_at__gte=since).order_by("-opened_at", "-id")
    kept = rows.values_list("route", flat=True)[:CASES_MAX]
    return compare(kept, routing.units_of(organisation_id), before, after)


def compare(
    kept: Iterable[dict[str, Any]], units: Sequence[Unit], before: Sequence[Rule], after: Sequence[Rule]
) -> Effect:
    """Ask both sets of rules; what was asked of many cases alike is asked once."""
    alike = Counter(json.dumps([each.get("found", {}), each.get("desk", "")], sort_keys=True) for each in kept)
    old: Counter[UUID | None] = Counter()
    new: Counter[UUID | None] = Counter()
    by_rule: Counter[int] = Counter()
    moved = 0
    for written, count in alike.items():
        plain, desk = json.loads(written)
        found, fallback = Bearings.read(plain), UUID(desk) if desk else None
        one, other = (decide(rules, units, found, fallback) for rules in (before, after))
        old[one.team_id] += count
        new[other.team_id] += count
        by_rule[other.rule] += count
        moved += count * (one.team_id != other.team_id)
    names = {unit.team_id: unit.name for unit in units}
    shares = [Share(names[each], old[each], new[each]) for each in names]
    whole = Share("", old[None], new[None])
    return Effect(
        cases=alike.total(),
        moved=moved,
        fallback=by_rule[0],
        rules=tuple(by_rule[number] for number in range(1, len(after) + 1)),
        shares=tuple(each for each in (*shares, whole) if each.before or each.after),
    )
