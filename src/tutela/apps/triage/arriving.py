"""How reports come into their cases: one report or a thousand, with as many statements.

A report adds to its case what it claims, each of its files as a sighting of an item, each of its pages as a location,
and says by which clue it came. A page whose content nobody has named yet gets an item without a name. A case that was
decided or closed waits again where a new page, a new file or a child in danger comes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.db.models import Count

from tutela.apps.custody.public import Action, Change, ObjectKind, record_all
from tutela.apps.jobs.public import enqueue
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.triage import ranking, rules
from tutela.apps.triage.folding import mark_of
from tutela.apps.triage.models import Case, CaseState, Item, Location, Lookup, Match, Mention, Sighting
from tutela.domain.ids import CaseId, OrganisationId, TeamId
from tutela.domain.lists import MatchKind
from tutela.domain.reports import Clue, ClueKind, same_page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from uuid import UUID

    from tutela.apps.triage.folding import Arrival, Placed
    from tutela.domain.actors import Actor
    from tutela.domain.reports import Media

_ROWS_AT_ONCE: Final = 500


def take_in(actor: Actor, arrivals: Sequence[Arrival], placed: Sequence[Placed]) -> None:
    """Put reports into the cases that `folding.place` found, once they are recorded, in the caller's transaction."""
    batch = _Batch(arrivals, placed)
    for arrival, where in zip(arrivals, placed, strict=True):
        batch.add(arrival, where)
    batch.write(actor)


def weigh(actor: Actor, cases: Collection[Case]) -> None:
    """Weigh locked cases of one organisation anew, by every version of the weights at work; keep and record it."""
    changed, reweighed = _weighed(cases)
    if changed:
        fields = ["reasons", "signals", *map(ranking.column, ranking.standing(changed[0].organisation_id))]
        Case.objects.bulk_update(changed, fields, batch_size=_ROWS_AT_ONCE)
    record_all([_change(Action.CASE_PRIORITISED, case.id) for case in reweighed], actor)


def _weighed(cases: Collection[Case]) -> tuple[list[Case], list[Case]]:
    """Weigh cases of one organisation; return those that differ now, and those of them whose reasons do."""
    if not cases:
        return [], []
    standing = ranking.standing(next(iter(cases)).organisation_id)
    known = _known_by_lists([case.id for case in cases])
    changed: list[Case] = []
    reweighed: list[Case] = []
    for case in cases:
        found = rules.signals(replace(known[case.id], claims=rules.Claims.read(case.facts)))
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

    def __init__(self, arrivals: Sequence[Arrival], placed: Sequence[Placed]) -> None:
        self._new_cases = {
            where.case_id: Case(id=where.case_id, organisation_id=arrival.organisation_id, team_id=arrival.team_id)
            for arrival, where in zip(arrivals, placed, strict=True)
            if where.opens
        }
        others = {where.case_id for where in placed} - self._new_cases.keys()
        there = list(Case.objects.select_for_update().filter(id__in=others).order_by("id"))
        self._there = {CaseId(case.id): case for case in there}
        self._items = _items(arrivals)
        self._seen = set(Sighting.objects.filter(case_id__in=others).values_list("case_id", "item_id").distinct())
        self._places = set(Location.objects.filter(case_id__in=others).values_list("case_id", "mark"))
        self._nameless: list[Item] = []
        self._mentions: list[Mention] = []
        self._sightings: list[Sighting] = []
        self._locations: list[Location] = []
        self._changes: list[Change] = []
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
        Item.objects.bulk_create(self._nameless, batch_size=_ROWS_AT_ONCE)
        Sighting.objects.bulk_create(self._sightings, batch_size=_ROWS_AT_ONCE)
        _weighed(self._new_cases.values())  # where a case begins is no change of its own: it is not recorded
        Case.objects.bulk_create(self._new_cases.values(), batch_size=_ROWS_AT_ONCE)
        fields = ["state", "closed_at", "closed_because", "report_count", "child_in_danger", "facts"]
        Case.objects.bulk_update(self._there.values(), fields, batch_size=_ROWS_AT_ONCE)
        Location.objects.bulk_create(self._locations, batch_size=_ROWS_AT_ONCE)
        Mention.objects.bulk_create(self._mentions, batch_size=_ROWS_AT_ONCE)
        record_all(self._changes, actor)
        cases = self._new_cases | self._there
        dangers = [danger_of(cases[case_id], causes) for case_id, causes in self._concerned.items()]
        safeguarding.raise_concerns(actor, dangers)
        weigh(actor, self._there.values())
        if self._lookups:
            lookups = [self._lookups[key] for key in sorted(self._lookups)]  # in one order: nobody waits in a circle
            Lookup.objects.bulk_create(lookups, ignore_conflicts=True, batch_size=_ROWS_AT_ONCE)
            ask_lists(self._organisation_id)

    def _new_pages(self, arrival: Arrival, case: Case) -> dict[str, str]:
        """Return the pages that this case does not know yet, by their marks."""
        marked = {
            mark_of(arrival.organisation_id, Clue(ClueKind.PAGE, same_page(address))): address
            for address in arrival.reported.addresses
        }
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


def _items(arrivals: Sequence[Arrival]) -> dict[str, Item]:
    """Return the items that these reports name, made where there are none."""
    media: dict[str, Media] = {}
    for arrival in arrivals:
        media |= {one.fold: one for one in arrival.reported.media if one.fold and one.fold not in media}
    if not media:
        return {}
    organisation_id = arrivals[0].organisation_id
    rows = Item.objects.filter(organisation_id=organisation_id)
    found = {str(item.fold): item for item in rows.filter(fold__in=media)}
    fresh = sorted(media.keys() - found.keys())
    if fresh:
        made = [_item(organisation_id, media[fold]) for fold in fresh]
        Item.objects.bulk_create(made, ignore_conflicts=True, batch_size=_ROWS_AT_ONCE)
        found |= {str(item.fold): item for item in rows.filter(fold__in=fresh)}
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


def _known_by_lists(case_ids: Sequence[UUID]) -> Mapping[UUID, rules.Facts]:
    """Return of each case how many lists know something of it exactly, how many near matches there are, who asked."""
    rows = Match.objects.filter(item__sightings__case_id__in=case_ids)
    exact = rows.filter(kind=MatchKind.EXACT).values_list("item__sightings__case_id")
    near = rows.filter(kind=MatchKind.NEAR).values_list("item__sightings__case_id")
    lists = Counter(dict(exact.annotate(count=Count("list_name", distinct=True))))
    questions = Counter(dict(near.annotate(count=Count("id", distinct=True))))
    lookups = Lookup.objects.filter(item__sightings__case_id__in=case_ids, was_refused=False)
    asked = set(lookups.values_list("item__sightings__case_id", flat=True).distinct())
    return {
        case_id: rules.Facts(exact_lists=lists[case_id], near_matches=questions[case_id], lists_asked=case_id in asked)
        for case_id in case_ids
    }
