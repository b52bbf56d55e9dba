"""How reports come into their cases: one report or a thousand, with as many statements.

A report adds to its case what it claims, each of its files as a sighting of an item, each of its pages as a location,
and says by which clue it came. A page whose content nobody has named yet gets an item without a name. A case that was
decided or closed waits again where a new page, a new file or a child in danger comes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError

from tutela.apps.custody.public import (
    Action,
    Change,
    ObjectKind,
    insert_together,
    read_together,
    record_all,
    update_together,
)
from tutela.apps.jobs.public import enqueue
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.triage import ranking, routing, rules, sharing, store
from tutela.apps.triage.folding import mark_of, still_lead
from tutela.apps.triage.models import Case, CaseState, Item, Location, Lookup, Mention, Sighting
from tutela.domain.ids import CaseId, OrganisationId, TeamId
from tutela.domain.reports import Clue, ClueKind, same_page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from tutela.apps.triage.folding import Arrival, Placed
    from tutela.domain.actors import Actor
    from tutela.domain.reports import Media

_GATHERED: Final = ("state", "closed_at", "closed_because", "report_count", "child_in_danger", "facts")
_WEIGHED: Final = ("reasons", "signals", "score_even", "score_odd")  # cases are locked: the other score is as it was
_NOTHING: Final = rules.Facts()  # is known of a case without items


def take_in(
    actor: Actor, arrivals: Sequence[Arrival], placed: Sequence[Placed], changes: Sequence[Change] = ()
) -> None:
    """Put reports into the cases that `folding.place` found, in the caller's transaction.

    `changes` are the caller's own: they are recorded before what follows from them, and with it.
    """
    batch = _Batch(arrivals, placed, changes)
    for arrival, where in zip(arrivals, placed, strict=True):
        batch.add(arrival, where)
    batch.write(actor)
    sharing.keep(arrivals, placed)


def weigh(actor: Actor, cases: Collection[Case]) -> None:
    """Weigh locked cases of one organisation anew, by every version of the weights at work; keep and record it."""
    changed, reweighed = _weighed(cases)
    update_together(changed, _WEIGHED)
    record_all([_change(Action.CASE_PRIORITISED, case.id) for case in reweighed], actor)


def _weighed(cases: Collection[Case]) -> tuple[list[Case], list[Case]]:
    """Weigh cases of one organisation; return those that differ now, and those of them whose reasons do."""
    if not cases:
        return [], []
    standing = ranking.standing(next(iter(cases)).organisation_id)
    known = store.known([case.id for case in cases])
    changed: list[Case] = []
    reweighed: list[Case] = []
    for case in cases:
        found = rules.signals(replace(known.get(case.id, _NOTHING), claims=rules.Claims.read(case.facts)))
        reasons = [[signal.code.value, signal.units, signal.count] for signal in found]
        scores = {ranking.column(weights): weights.score(found) for weights in standing}
        if reasons != case.reasons:
            reweighed.append(case)
        if reasons != case.reasons or any(getattr(case, name) != score for name, score in scores.items()):
            case.reasons, case.signals = reasons, " ".join(map(str, found))
            for name, score in scores.items():
                setattr(case, name, score)
            changed.append(case)
    return changed, reweighed


def ask_lists(organisation_id: UUID) -> None:
    """Have the look-ups of an organisation that wait done, in the caller's transaction."""
    enqueue("triage.match", {"organisation_id": str(organisation_id)}, key=f"match:{organisation_id}")


def danger_of(case: Case, causes: Iterable[safeguarding.Cause]) -> safeguarding.Danger:
    """Return what safeguarding is told."""
    team_id = TeamId(case.team_id) if case.team_id else None
    places = tuple(sorted(rules.Claims.read(case.facts).jurisdictions))
    return safeguarding.Danger(
        CaseId(case.id), OrganisationId(case.organisation_id), team_id, frozenset(causes), places
    )


class _Batch:
    """Reports of one organisation, and what they lead to, gathered before anything is written."""

    def __init__(self, arrivals: Sequence[Arrival], placed: Sequence[Placed], changes: Sequence[Change]) -> None:
        self._new_cases = {
            case_id: Case(id=case_id, organisation_id=arrivals[0].organisation_id, **route)
            for case_id, route in routing.routes_for(arrivals, placed).items()
        }
        others = {where.case_id for where in placed} - self._new_cases.keys()
        self._there = {CaseId(case.id): case for case in read_together(Case, id=others, lock=True)}
        if not still_lead(placed):
            raise IntegrityError("a case was merged into another while reports were on their way to it")
        self._items = _items(arrivals)
        self._pages = {arrival.report_id: _pages(arrival) for arrival in arrivals}
        self._seen = store.sighted(others, [item.id for item in self._items.values()])
        marks = {mark for pages in self._pages.values() for mark in pages}
        self._places = {(row.case_id, row.mark) for row in read_together(Location, case_id=others, mark=marks)}
        self._nameless: list[Item] = []
        self._mentions: list[Mention] = []
        self._sightings: list[Sighting] = []
        self._locations: list[Location] = []
        self._changes = list(changes)
        self._lookups: dict[tuple[UUID, str], Lookup] = {}
        self._organisation_id = arrivals[0].organisation_id
        self._concerned: defaultdict[CaseId, set[safeguarding.Cause]] = defaultdict(set)

    def add(self, arrival: Arrival, where: Placed) -> None:
        """Gather one report."""
        case = self._new_cases.get(where.case_id) or self._there[where.case_id]
        if where.opens:
            self._changes.append(_change(Action.CASE_OPENED, case.id))
        self._mentions += [
            Mention(
                organisation_id=arrival.organisation_id,
                case_id=case.id,
                clue_id=clue_id,
                report_id=arrival.report_id,
                led_here=clue_id == where.led_by,
            )
            for clue_id in where.clues
        ]
        pages = self._new_pages(arrival, case)
        items = [self._items[media.fold] for media in arrival.reported.media if media.fold]
        if pages and not items:
            items = [Item(organisation_id=arrival.organisation_id)]
            self._nameless += items
        is_new_item = self._sight(arrival, case, items)
        self._locations += [
            Location(
                organisation_id=arrival.organisation_id,
                case_id=case.id,
                item_id=items[0].id,
                address=address,
                mark=mark,
            )
            for mark, address in pages.items()
        ]
        claims = rules.Claims.read(case.facts).joined(arrival.reported, pages=len(pages))
        case.facts, case.report_count = claims.plain(), claims.reports
        case.child_in_danger = case.child_in_danger or arrival.reported.child_in_danger
        if case.state != CaseState.WAITING and (pages or is_new_item or arrival.reported.child_in_danger):
            case.state, case.closed_at, case.closed_because = CaseState.WAITING, None, ""
            self._changes.append(_change(Action.CASE_REOPENED, case.id))
        reported = arrival.reported
        causes = safeguarding.causes_of(reported.facts, {reported.incident}, accounts=len(reported.accounts))
        if causes:
            self._concerned[CaseId(case.id)] |= causes

    def write(self, actor: Actor) -> None:
        """Write it all, and record it."""
        insert_together(self._nameless, self._sightings)
        _, reweighed = _weighed([*self._new_cases.values(), *self._there.values()])
        update_together(self._there.values(), (*_GATHERED, *_WEIGHED))
        insert_together(self._new_cases.values(), self._locations, self._mentions)
        self._changes += [_change(Action.CASE_PRIORITISED, case.id) for case in reweighed if case.id in self._there]
        record_all(self._changes, actor)  # where a new case begins is no change of its own: it is not there
        cases = self._new_cases | self._there
        dangers = [danger_of(cases[case_id], causes) for case_id, causes in self._concerned.items()]
        safeguarding.raise_concerns(actor, dangers)
        if self._lookups:
            lookups = [self._lookups[key] for key in sorted(self._lookups)]  # in one order: nobody waits in a circle
            insert_together(lookups, unless_there=True)
            ask_lists(self._organisation_id)

    def _new_pages(self, arrival: Arrival, case: Case) -> dict[str, str]:
        """Return the pages that this case does not know yet, by their marks."""
        marked = self._pages[arrival.report_id]
        pages = {mark: address for mark, address in marked.items() if (case.id, mark) not in self._places}
        self._places |= {(case.id, mark) for mark in pages}
        return pages

    def _sight(self, arrival: Arrival, case: Case, items: Iterable[Item]) -> bool:
        """Gather a sighting of each item, once; tell whether one is new to the case."""
        is_new = False
        ground = arrival.ground
        for item in {item.id: item for item in items}.values():
            self._sightings.append(
                Sighting(
                    organisation_id=arrival.organisation_id,
                    case_id=case.id,
                    item_id=item.id,
                    report_id=arrival.report_id,
                )
            )
            if (case.id, item.id) not in self._seen:
                self._seen.add((case.id, item.id))
                self._changes.append(_change(Action.ITEM_ADDED, case.id, item))
                is_new = item.fold is not None
            if item.fold is not None:
                self._lookups[item.id, str(ground)] = Lookup(
                    organisation_id=arrival.organisation_id,
                    item_id=item.id,
                    channel=ground.channel,
                    jurisdiction=ground.jurisdiction,
                )
        return is_new


def _pages(arrival: Arrival) -> dict[str, str]:
    """Return the addresses of a report, by the marks of their pages."""
    return {
        mark_of(arrival.organisation_id, Clue(ClueKind.PAGE, same_page(address))): address
        for address in arrival.reported.addresses
    }


def _items(arrivals: Sequence[Arrival]) -> dict[str, Item]:
    """Return the items that these reports name, made where there are none."""
    media: dict[str, Media] = {}
    for arrival in arrivals:
        media |= {one.fold: one for one in arrival.reported.media if one.fold and one.fold not in media}
    if not media:
        return {}
    organisation_id = arrivals[0].organisation_id
    found = {str(item.fold): item for item in read_together(Item, organisation_id=organisation_id, fold=media)}
    fresh = sorted(media.keys() - found.keys())
    if fresh:
        made = [_item(organisation_id, media[fold]) for fold in fresh]
        if insert_together(made, unless_there=True) < len(made):
            made = read_together(Item, organisation_id=organisation_id, fold=fresh)
        found |= {str(item.fold): item for item in made}
    return found


def _item(organisation_id: OrganisationId, media: Media) -> Item:
    return Item(
        organisation_id=organisation_id,
        fold=media.fold,
        pdq=media.pdq.hex(),
        pdq_quality=media.pdq_quality,
        **{name: digest.hex() for name, digest in media.digests.items()},
    )


def _change(action: Action, case_id: UUID, item: Item | None = None) -> Change:
    if item is None:
        return Change(action, ObjectKind.CASE, case_id, case_id)
    return Change(action, ObjectKind.ITEM, item.id, case_id, item.digests)
