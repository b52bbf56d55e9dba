"""The verbs of triage: take a report in, keep what lists say, weigh, order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise, visible
from tutela.apps.custody.public import Action, Candidate, ObjectKind, ReasonCode, is_erased, record, retained
from tutela.apps.jobs.public import enqueue
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.triage import rules
from tutela.apps.triage.models import Case, CaseState, Item, Location, Lookup, Match
from tutela.domain.actors import SYSTEM, Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.ids import CaseId, ItemId, OrganisationId, ReportId, TeamId
from tutela.domain.lists import Hit, MatchKind
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.domain.lookups import Ground


class TriageError(TutelaError):
    """Something about a case cannot be done; the message is for the person who asked."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a report belongs: its item and case, the case locked; `is_new` where nothing of them is recorded yet."""

    item: Item
    case: Case
    is_new: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """What intake hands on. `team_id` is the desk that receives."""

    report_id: ReportId
    organisation_id: OrganisationId
    team_id: TeamId | None
    address: str
    digests: Mapping[str, bytes]
    child_in_danger: bool
    ground: Ground


#### Coming in ####


def place(arrival: Arrival) -> Placed:
    """Find the case of a report, or make it, in the caller's transaction; it stays locked. `take_in` does the rest."""
    item, case, is_new = _place(arrival)
    return Placed(item, case, is_new)


def take_in(actor: Actor, arrival: Arrival, placed: Placed) -> None:
    """Put a report to the item and case that `place` gave, once the report itself is recorded."""
    item, case = placed.item, placed.case
    if placed.is_new:
        _record_new(actor, arrival, item)
    is_new_place = _add_location(item, arrival.address)
    if case.state != CaseState.WAITING and (is_new_place or arrival.child_in_danger):
        case.state, case.closed_at, case.closed_because = CaseState.WAITING, None, ""
        record(Action.CASE_REOPENED, kind=ObjectKind.CASE, object_id=case.id, case_id=case.id, actor=actor)
    case.report_count += 1
    case.child_in_danger = case.child_in_danger or arrival.child_in_danger
    case.save()
    if arrival.child_in_danger:
        safeguarding.raise_concern(actor, danger_of(case))
    _prioritise(actor, case)
    if item.fold is not None:
        ground = {"channel": arrival.ground.channel.value, "jurisdiction": arrival.ground.jurisdiction}
        once = f"match:{item.id}:{ground['channel']}:{ground['jurisdiction'] or 'none'}"
        enqueue("triage.match", {"item_id": str(item.id), **ground}, key=once)


def _place(arrival: Arrival) -> tuple[Item, Case, bool]:
    """Return the item with these bytes and its case, locked; made where there is none, or where it was erased."""
    digests = {f"{name}": digest.hex() for name, digest in arrival.digests.items()}
    fresh = Item(
        case_id=clock.new_id(),
        organisation_id=arrival.organisation_id,
        fold=rules.fold_of(arrival.digests),
        **digests,
    )
    Item.objects.bulk_create([fresh], ignore_conflicts=True)  # who comes second waits here, and finds the first one's
    item = (
        Item.objects.filter(organisation_id=arrival.organisation_id, fold=fresh.fold).first() if fresh.fold else fresh
    )
    assert item is not None
    if item.case_id != fresh.case_id:
        if not is_erased(item.case_id):
            return item, Case.objects.select_for_update().get(id=item.case_id), False
        Item.objects.filter(id=item.id).update(fold=None)  # what was erased gathers nothing more
        return _place(arrival)
    case = Case.objects.create(id=fresh.case_id, organisation_id=arrival.organisation_id, team_id=arrival.team_id)
    return item, case, True


def _record_new(actor: Actor, arrival: Arrival, item: Item) -> None:
    case_id = item.case_id
    record(Action.CASE_OPENED, kind=ObjectKind.CASE, object_id=case_id, case_id=case_id, actor=actor)
    record(
        Action.ITEM_ADDED,
        kind=ObjectKind.ITEM,
        object_id=item.id,
        case_id=case_id,
        actor=actor,
        digests=arrival.digests,
    )


def _add_location(item: Item, address: str) -> bool:
    if not address or any(each.address == address for each in Location.objects.filter(item_id=item.id)):
        return False
    Location.objects.create(case_id=item.case_id, item_id=item.id, address=address)
    return True


#### Lists ####


def refuse_lookup(item_id: UUID, ground: Ground) -> None:
    """Keep that the lists were not asked, in the caller's transaction: nobody enabled it on this ground."""
    item = Item.objects.get(id=item_id)
    _keep_lookup(item, ground, was_refused=True)
    record(
        Action.LOOKUP_REFUSED,
        kind=ObjectKind.ITEM,
        object_id=item.id,
        case_id=item.case_id,
        actor=SYSTEM,
        reason=ReasonCode.NOT_ENABLED,
    )


def _keep_lookup(item: Item, ground: Ground, *, was_refused: bool) -> None:
    Lookup.objects.create(
        item_id=item.id, channel=ground.channel, jurisdiction=ground.jurisdiction, was_refused=was_refused
    )


def keep_matches(item_id: UUID, ground: Ground, hits: Iterable[Hit]) -> None:
    """Keep what lists said about an item, in the caller's transaction."""
    item = Item.objects.get(id=item_id)
    case = Case.objects.select_for_update().get(id=item.case_id)
    _keep_lookup(item, ground, was_refused=False)
    known = set(item.matches.values_list("list_name", "list_version", "entry_id"))
    for hit in hits:
        if (hit.list_name, hit.list_version, hit.entry_id) in known:
            continue
        Match.objects.create(
            item_id=item.id,
            kind=hit.kind.value,
            signal=hit.signal.value,
            list_name=hit.list_name,
            list_version=hit.list_version,
            entry_id=hit.entry_id,
            classification=hit.classification,
            scheme=hit.scheme,
            owner=hit.owner,
        )
        record(
            Action.ITEM_MATCHED,
            kind=ObjectKind.ITEM,
            object_id=item.id,
            case_id=case.id,
            actor=SYSTEM,
            digests={"list-version": bytes.fromhex(hit.list_version)},
            reason=ReasonCode.EXACT_MATCH if hit.kind is MatchKind.EXACT else ReasonCode.NEAR_MATCH,
        )
    _prioritise(SYSTEM, case)


#### The queue ####


def queue(actor: Actor) -> QuerySet[Case]:
    """Return what waits for a decision within the actor's reach, the most urgent first.

    A case with a child in danger is not here: it is with a person, until the question "is the child safe?" is answered.
    """
    reach = visible(actor, Permission.REVIEW_ITEM_READ, teams="team")
    waiting = Case.objects.filter(reach, state=CaseState.WAITING).exclude(id__in=safeguarding.open_case_ids())
    return waiting.order_by("-score", "opened_at", "id")


def case(actor: Actor, case_id: UUID, permission: Permission, *, lock: bool = False) -> Case:
    """Return a case that the actor may do `permission` to; 404 or 403 otherwise."""
    rows = Case.objects.select_for_update() if lock else Case.objects
    found = rows.filter(id=case_id).first()
    if found is None:
        raise Http404
    authorise(actor, permission, target_of(found))
    return found


def target_of(case: Case) -> Target:
    """Return whom a case belongs to."""
    return Target(OrganisationId(case.organisation_id), frozenset({TeamId(case.team_id)} if case.team_id else ()))


def danger_of(case: Case) -> safeguarding.Danger:
    """Return what safeguarding is told."""
    team_id = TeamId(case.team_id) if case.team_id else None
    return safeguarding.Danger(CaseId(case.id), OrganisationId(case.organisation_id), team_id)


@transaction.atomic
def close(actor: Actor, case_id: UUID, because: rules.Closing, note: str = "") -> None:
    """Close a case for a reason. The note is sealed under the key of the case."""
    found = case(actor, case_id, Permission.REVIEW_ITEM_CLOSE, lock=True)
    if found.state == CaseState.CLOSED:
        raise TriageError(_("This case has been closed already."))
    if safeguarding.is_open(found.id):
        raise TriageError(_("Nobody has answered yet whether the child is safe. A case stays open until then."))
    found.state, found.closed_at, found.closed_because = CaseState.CLOSED, clock.now(), because
    found.save(update_fields=["state", "closed_at", "closed_because"])
    record(
        Action.CASE_CLOSED,
        kind=ObjectKind.CASE,
        object_id=found.id,
        case_id=found.id,
        actor=actor,
        reason=ReasonCode(because.value),
        note=note,
    )


@retained(ObjectKind.CASE)
def closed_cases() -> Iterator[Candidate]:
    """Yield what retention may let go of."""
    closed = Case.objects.filter(state=CaseState.CLOSED, closed_at__isnull=False)
    for case_id, closed_at in closed.values_list("id", "closed_at").iterator():
        yield Candidate(case_id, closed_at.date())


@transaction.atomic
def raise_danger(actor: Actor, case_id: UUID) -> None:
    """Say that a child is in danger now: the case leaves the queue for a person."""
    found = case(actor, case_id, Permission.SAFEGUARDING_CONCERN_RAISE, lock=True)
    found.child_in_danger = True
    found.save(update_fields=["child_in_danger"])
    safeguarding.raise_concern(actor, danger_of(found))
    _prioritise(actor, found)


def confirmed(case: Case) -> ItemId:
    """Take a case out of the queue, in the transaction of the decision; return its item."""
    case.state = CaseState.CONFIRMED
    case.save(update_fields=["state"])
    return ItemId(case.items.get().id)


def _prioritise(actor: Actor, case: Case) -> None:
    matches = Match.objects.filter(item__case_id=case.id)
    priority = rules.prioritise(
        rules.Facts(
            child_in_danger=case.child_in_danger,
            exact_lists=matches.filter(kind=MatchKind.EXACT).values("list_name").distinct().count(),
            near_matches=matches.filter(kind=MatchKind.NEAR).count(),
            addresses=case.locations.count(),
            reports=case.report_count,
        )
    )
    reasons = [[reason.code.value, reason.points, reason.count] for reason in priority.reasons]
    if reasons == case.reasons:
        return
    case.score, case.reasons = priority.score, reasons
    case.save(update_fields=["score", "reasons"])
    record(Action.CASE_PRIORITISED, kind=ObjectKind.CASE, object_id=case.id, case_id=case.id, actor=actor)
