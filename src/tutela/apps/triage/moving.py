"""Moving reports from one case to another, with all that is theirs; the caller holds both cases and a transaction.

Rules:

1. What belongs to a report goes with it: sightings, mentions, and those pages that no report which stays claims.
   A page that both sides claim stands in both cases. A page about which a notice was sent stays, where the other case
   has a row of its own for it. What another unit can ask for goes with the reports in the same way.
2. What a case claims is what its reports claim: both cases are joined anew from theirs and weighed anew. That a person
   said a child is in danger stays where it was said, and comes along when the whole case moves.
3. A clue leads where its reports are: a clue of which no report stays leads to the other case from then on.
4. Both chains of custody name the other case. What was sealed is sealed again under the key of the case that it is in.
5. A case to which something new comes waits again.

    report 1: page P       A             A          P -> A
    report 2: page P, Q    A   take out  B (own)    Q -> B
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import ProtectedError

from tutela.apps.custody.public import Action, Change, ObjectKind, ReasonCode, open_together, record, record_all
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.triage import rules, sharing
from tutela.apps.triage.arriving import danger_of, weigh
from tutela.apps.triage.folding import mark_of
from tutela.apps.triage.models import Case, CaseState, Clue, Location, Mention, Move, Sighting
from tutela.domain.ids import OrganisationId
from tutela.domain.reports import Clue as ReportedClue
from tutela.domain.reports import ClueKind, Fact, same_page
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from tutela.domain.actors import Actor
    from tutela.domain.reports import Reported


@dataclass(frozen=True, slots=True)
class Moving:
    """What moves, between which locked cases, and why. `staying` and `there` are the other reports of each."""

    kind: Move.Kind
    source: Case
    target: Case
    moved: Mapping[UUID, Reported]
    staying: Mapping[UUID, Reported]
    there: Mapping[UUID, Reported]
    because: str = ""
    note: str = ""
    clues: tuple[UUID, ...] | None = None  # that shall lead to the target; None: those of which no report stays


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of it: the row, and which locations are the other case's now."""

    move: Move
    location_ids: tuple[UUID, ...]


def own_case(source: Case, opened_at: object) -> Case:
    """Open a case for what is taken out of another. It is the same team's, and as old as what it holds."""
    return Case.objects.create(organisation_id=source.organisation_id, team_id=source.team_id, opened_at=opened_at)


def next_home(source: Case, report_id: UUID) -> Mention | None:
    """Return the strongest clue of a report that leads to another case; None where none does."""
    rows = Mention.objects.filter(report_id=report_id, case=source).select_related("clue", "clue__home")
    leading = [row for row in rows if row.clue.home_id != source.id and row.clue.mark is not None]
    return min(leading, key=lambda row: list(ClueKind).index(ClueKind(row.clue.kind)), default=None)


def move(actor: Actor, moving: Moving) -> Moved:
    """Move reports; keep and record it."""
    source, target = moving.source, moving.target
    before = _known(target)
    Sighting.objects.filter(case=source, report_id__in=moving.moved).update(case=target)
    Mention.objects.filter(case=source, report_id__in=moving.moved).update(case=target)
    locations = _locations(moving)
    clues = _clues(moving)
    sharing.move((source, target), moving.moved.values(), moving.staying.values())
    raised = Fact.DANGER_NOW in rules.Claims.read(source.facts).facts
    said = any(each.child_in_danger for each in (*moving.moved.values(), *moving.staying.values()))
    comes_along = raised and (moving.kind == Move.Kind.MERGED or not moving.staying) and not said
    _claim(target, {**moving.there, **moving.moved}, also_danger=comes_along)
    _claim(source, moving.staying, also_danger=raised and not said)
    _reopen(actor, target, is_new=bool(_known(target) - before))
    made = Move.objects.create(
        organisation_id=source.organisation_id,
        kind=moving.kind,
        from_case=source,
        to_case=target,
        because=moving.because,
        reports=[str(report_id) for report_id in moving.moved],
        clues=[str(clue_id) for clue_id in clues],
        moved_by=actor.pseudonym,
    )
    _record(actor, moving)
    _concern(actor, target, moving.moved.values())
    weigh(actor, [source, target])
    return Moved(made, locations)


def close_emptied(actor: Actor, case: Case) -> None:
    """Close a case that has no report any more."""
    case.state, case.closed_at, case.closed_because = CaseState.CLOSED, clock.now(), rules.Closing.DUPLICATE
    case.save(update_fields=["state", "closed_at", "closed_because"])
    record_all(
        [Change(Action.CASE_CLOSED, ObjectKind.CASE, case.id, case.id, reason=ReasonCode.DUPLICATE)],
        actor,
    )


def _locations(moving: Moving) -> tuple[UUID, ...]:
    """Put each page where reports claim it; return the rows that are the target's now."""
    source, target = moving.source, moving.target
    moved, staying = _marks(source, moving.moved.values()), _marks(source, moving.staying.values())
    has = set(Location.objects.filter(case=target).values_list("mark", flat=True))
    rows = list(Location.objects.filter(case=source, mark__in=moved))
    open_together(rows)
    gone: list[UUID] = []
    for row in rows:
        address = row.address
        if row.mark in has and row.mark not in staying:
            _drop(row)
        elif row.mark not in has and row.mark in staying:
            Location.objects.create(
                case=target,
                item_id=row.item_id,
                organisation_id=target.organisation_id,
                address=address,
                mark=row.mark,
                reported_at=row.reported_at,
            )
        elif row.mark not in has:
            row.case, row.address = target, address  # sealed again, under the key of the target
            row.save(update_fields=["case", "address"])
            gone.append(row.id)
    return tuple(gone)


def _drop(row: Location) -> None:
    try:
        row.delete()
    except ProtectedError:  # a notice was sent about it: the row stays where that was done
        return


def _clues(moving: Moving) -> list[UUID]:
    """Let clues lead where their reports are; return those that lead elsewhere now."""
    rows = Clue.objects.filter(home=moving.source)
    if moving.clues is not None:
        rows = rows.filter(id__in=moving.clues)
    elif moving.staying:
        rows = rows.filter(mentions__report_id__in=moving.moved).exclude(mentions__report_id__in=moving.staying)
    ids = sorted(set(rows.values_list("id", flat=True)))
    Clue.objects.filter(id__in=ids).update(home=moving.target)
    return ids


def _claim(case: Case, reported: Mapping[UUID, Reported], *, also_danger: bool) -> None:
    """Join what the reports of a case claim, from the first to the last."""
    claims, pages = rules.Claims(), set[str]()
    for each in reported.values():
        found = set(map(same_page, each.addresses)) - pages
        pages |= found
        claims = claims.joined(each, pages=len(found))
    claims = claims.in_danger() if also_danger else claims
    case.facts, case.report_count = claims.plain(), claims.reports
    case.child_in_danger = Fact.DANGER_NOW in claims.facts
    case.save(update_fields=["facts", "report_count", "child_in_danger"])


def _reopen(actor: Actor, case: Case, *, is_new: bool) -> None:
    if case.state == CaseState.CLOSED or (case.state == CaseState.CONFIRMED and is_new):
        case.state, case.closed_at, case.closed_because = CaseState.WAITING, None, ""
        case.save(update_fields=["state", "closed_at", "closed_because"])
        record_all([Change(Action.CASE_REOPENED, ObjectKind.CASE, case.id, case.id)], actor)


def _known(case: Case) -> set[object]:
    """Return what a case knows: its items and its pages."""
    items = Sighting.objects.filter(case=case, item__fold__isnull=False).values_list("item_id", flat=True)
    return {*items, *Location.objects.filter(case=case).values_list("mark", flat=True)}


def _concern(actor: Actor, target: Case, moved: Iterable[Reported]) -> None:
    """Ask whether the child is safe where the reports that came say so: the question never falls between two cases."""
    causes = {
        cause
        for each in moved
        for cause in safeguarding.causes_of(each.facts, {each.incident}, accounts=len(each.accounts))
    }
    if causes:
        safeguarding.raise_concerns(actor, [danger_of(target, causes)])


def _record(actor: Actor, moving: Moving) -> None:
    """Name each case in the chain of the other, and each report in the chain of the case that it came to."""
    is_merge = moving.kind == Move.Kind.MERGED
    action = Action.CASE_MERGED if is_merge else Action.CASE_SPLIT
    reason = ReasonCode.NEAR_MATCH if moving.because == Move.LIKENESS else ReasonCode.PERSON_DECIDED
    record(
        action,
        kind=ObjectKind.CASE,
        object_id=moving.target.id,
        case_id=moving.source.id,
        actor=actor,
        reason=reason,
        note=moving.note,
    )
    arrived = [Change(action, ObjectKind.CASE, moving.source.id, moving.target.id, reason=reason)]
    arrived += [Change(action, ObjectKind.REPORT, each, moving.target.id, reason=reason) for each in moving.moved]
    record_all(arrived, actor)


def _marks(case: Case, reported: Iterable[Reported]) -> set[str]:
    organisation_id = OrganisationId(case.organisation_id)
    pages = {same_page(address) for each in reported for address in each.addresses}
    return {mark_of(organisation_id, ReportedClue(ClueKind.PAGE, page)) for page in pages}
