"""What waits for a decision, the most urgent first, and as much of it as somebody chose to see.

Rules:

1. A case with a child in danger is not here: it is with a person, until the question "is the child safe?" is answered.
   Nor is what the actor opted out of; others see it as before.
2. The order is that of the weights in force. It stands in an index, of the organisation and of each team, and a page
   is walked to in it, however deep it is. Who works in several teams sees theirs merged.
3. Team and age are asked of the index. Whatever else somebody chose is asked case by case: of at most
   `LOOKED_THROUGH_MAX` cases a page, which then says that there may be more, and from where to look further.

    Choice(signal=LIVE), 1,000,000 wait     the next 10,000 are looked through; 3 are live: `Page(3, after the last)`
    Choice(team_id=...)                     the team's own index: the next 50 are read, and no other case
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import attrgetter, or_
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db.models import Q

from tutela.apps.access.public import Reach, opted_out, reach_of, visible
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.triage import ranking
from tutela.apps.triage.models import Case, CaseState
from tutela.apps.triage.rules import Code
from tutela.domain.actors import Actor, Permission
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from tutela.apps.triage.store import Column
    from tutela.domain.reports import Incident

LOOKED_THROUGH_MAX: Final = 10_000  # cases of one page: tens of milliseconds
NO_TEAM: Final = UUID(int=0)  # chosen, it means cases of the whole organisation


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose to see; nothing chosen is everything. `days`: it has waited at least so long."""

    signal: Code | None = None
    team_id: UUID | None = None
    jurisdiction: str = ""  # ISO 3166-1, small letters
    days: int = 0

    @property
    def asked_of_the_index(self) -> Q:
        """What the index answers, save the team."""
        return Q(opened_at__lte=clock.now() - timedelta(days=self.days)) if self.days else Q()

    @property
    def asked_of_each(self) -> Q:
        """What must be read in each case. A jurisdiction: one that a report names, or that decided on its team."""
        asked = Q(team=None) if self.team_id == NO_TEAM else Q()
        if self.signal:
            asked &= Q(signals__contains=f"{self.signal}:")
        if self.jurisdiction:
            some = Q(signals__contains=f"{Code.HAS_PLACE}:")  # quicker to ask than what it is
            asked &= some & Q(facts__jurisdictions__icontains=f'"{self.jurisdiction}"') | Q(
                route__decided__0=self.jurisdiction
            )
        return asked


@dataclass(frozen=True, slots=True)
class After:
    """A case of the queue after which a page begins, or ends."""

    score: int
    opened_at: datetime
    case_id: UUID

    @classmethod
    def of(cls, case: Case, column: Column) -> After:
        """Return that of a case."""
        return cls(getattr(case, column), case.opened_at, case.id)

    @property
    def place(self) -> tuple[int, datetime, UUID]:
        """The smaller, the more urgent."""
        return -self.score, self.opened_at, self.case_id


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases in their order. `next`: where to go on. `is_cut`: it looked through all it may and was not full."""

    cases: Sequence[Case]
    next: After | None = None
    is_cut: bool = False


def queue(actor: Actor) -> QuerySet[Case]:
    """Return all that waits for a decision within the actor's reach, the most urgent first."""
    reach = visible(actor, Permission.REVIEW_ITEM_READ, teams="team")
    waiting = Case.objects.filter(reach, state=CaseState.WAITING).exclude(id__in=safeguarding.endangered_case_ids())
    waiting = waiting.exclude(_about(opted_out(actor)))
    return _ordered(waiting, ranking.column_in_force(actor.organisation_id))


def page(actor: Actor, choice: Choice, after: After | None, count: int) -> Page:
    """Return the next cases of what an actor chose to see."""
    column = ranking.column_in_force(actor.organisation_id)
    chosen = queue(actor).filter(choice.asked_of_the_index, choice.asked_of_each)
    lanes = _lanes(actor, choice)
    if not lanes:
        return Page([])
    ends = [_end(choice, lane, column, after, LOOKED_THROUGH_MAX // len(lanes)) for lane in lanes]
    until = min((end for end in ends if end), key=attrgetter("place"), default=None)
    found = [
        case for lane in lanes for case in _first(_stretches(chosen.filter(lane), column, after, until), count + 1)
    ]
    found.sort(key=lambda case: After.of(case, column).place)
    if len(found) > count:
        return Page(found[:count], After.of(found[count - 1], column))
    return Page(found, until, is_cut=until is not None)


def _about(incidents: Collection[Incident]) -> Q:
    """Return the condition that some report of a case is about one of these."""
    claimed = [Q(facts__incidents__icontains=f'"{incident}"') for incident in sorted(incidents)]
    return Q(facts__has_key="incidents") & reduce(or_, claimed) if claimed else Q(pk__in=[])


#### Walking the index ####


def _ordered(rows: QuerySet[Case], column: Column) -> QuerySet[Case]:
    return rows.order_by(f"-{column}", "opened_at", "id")


def _lanes(actor: Actor, choice: Choice) -> list[Q]:
    """Return the queues that have an index and together hold what was chosen: those of teams, or the whole one.

    All are within reach: where a page ends shows the place of a case that may not be on it.
    """
    ours = Q(organisation_id=actor.organisation_id) if actor.organisation_id else Q()
    chosen = choice.team_id
    match reach_of(actor, Permission.REVIEW_ITEM_READ):
        case Reach.NONE:
            return []
        case Reach.OWN_TEAM:
            teams = [team_id for team_id in sorted(actor.team_ids) if chosen in {None, team_id}]
        case _:
            if chosen in {None, NO_TEAM}:
                return [ours]
            teams = [chosen]
    return [ours & Q(team_id=team_id) for team_id in teams]


def _end(choice: Choice, lane: Q, column: Column, after: After | None, count: int) -> After | None:
    """Return the last case of a lane that is looked at; None where it has no more than these."""
    rows = Case.objects.filter(lane, choice.asked_of_the_index, state=CaseState.WAITING)
    for stretch in _stretches(_ordered(rows, column), column, after, None):
        last = stretch.values_list(column, "opened_at", "id")[count - 1 : count].first()
        if last:
            return After(*last)
        count -= stretch.order_by().count()
    return None


def _stretches(
    rows: QuerySet[Case], column: Column, after: After | None, until: After | None
) -> Iterator[QuerySet[Case]]:
    """Yield what lies after one place up to another, in pieces that are each one walk in the index."""
    scores: dict[str, Any] = {}
    if after:
        later = Q(opened_at__gt=after.opened_at) | Q(id__gt=after.case_id)
        alike = rows.filter(later, opened_at__gte=after.opened_at, **{column: after.score})
        scores[f"{column}__lt"] = after.score
        if until and until.score == after.score:
            yield alike.filter(_up_to(until), opened_at__lte=until.opened_at)
            return
        yield alike
    if until:
        scores[f"{column}__gt"] = until.score
    yield rows.filter(**scores)
    if until:
        yield rows.filter(_up_to(until), opened_at__lte=until.opened_at, **{column: until.score})


def _up_to(until: After) -> Q:
    return Q(opened_at__lt=until.opened_at) | Q(id__lte=until.case_id)


def _first(stretches: Iterator[QuerySet[Case]], count: int) -> list[Case]:
    found: list[Case] = []
    for stretch in stretches:
        found += stretch[: count - len(found)]
        if len(found) == count:
            break
    return found
