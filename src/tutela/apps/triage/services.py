"""The verbs of triage: take a report in, keep what lists say, weigh, order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404

from tutela.apps.access.public import SYSTEM, Actor, Permission, Target, authorise, visible
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, is_erased, record
from tutela.apps.jobs.public import enqueue
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.triage import rules
from tutela.apps.triage.models import Case, CaseState, Item, Location, Match
from tutela.domain.ids import CaseId, ItemId, OrganisationId, ReportId, TeamId
from tutela.domain.lists import Hit, MatchKind
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Arrival:
    """What intake hands on. `team_id` is the desk that receives."""

    report_id: ReportId
    organisation_id: OrganisationId
    team_id: TeamId | None
    address: str
    digests: Mapping[str, bytes]
    child_in_danger: bool


#### Coming in ####


def take_in(actor: Actor, arrival: Arrival) -> CaseId:
    """Put a report to its item and case, in the caller's transaction, and return the case."""
    item, case = _place(actor, arrival)
    is_new_place = _add_location(item, arrival.address)
    if case.state == CaseState.CONFIRMED and is_new_place:
        case.state = CaseState.WAITING
        record(Action.CASE_REOPENED, kind=ObjectKind.CASE, object_id=case.id, case_id=case.id, actor=actor)
    case.report_count += 1
    case.child_in_danger = case.child_in_danger or arrival.child_in_danger
    case.save()
    if arrival.child_in_danger:
        safeguarding.raise_concern(actor, danger_of(case))
    _prioritise(actor, case)
    if item.fold is not None:
        enqueue("triage.match", {"item_id": str(item.id)}, key=f"match:{item.id}")
    return CaseId(case.id)


def _place(actor: Actor, arrival: Arrival) -> tuple[Item, Case]:
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
            return item, Case.objects.select_for_update().get(id=item.case_id)
        Item.objects.filter(id=item.id).update(fold=None)  # what was erased gathers nothing more
        return _place(actor, arrival)
    case = Case.objects.create(id=fresh.case_id, organisation_id=arrival.organisation_id, team_id=arrival.team_id)
    record(Action.CASE_OPENED, kind=ObjectKind.CASE, object_id=case.id, case_id=case.id, actor=actor)
    record(
        Action.ITEM_ADDED,
        kind=ObjectKind.ITEM,
        object_id=item.id,
        case_id=case.id,
        actor=actor,
        digests=arrival.digests,
    )
    return item, case


def _add_location(item: Item, address: str) -> bool:
    if not address or any(each.address == address for each in Location.objects.filter(item_id=item.id)):
        return False
    Location.objects.create(case_id=item.case_id, item_id=item.id, address=address)
    return True


#### Lists ####


def keep_matches(item_id: UUID, hits: Iterable[Hit]) -> None:
    """Keep what lists said about an item, in the caller's transaction."""
    item = Item.objects.get(id=item_id)
    case = Case.objects.select_for_update().get(id=item.case_id)
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
    item.looked_up_at = clock.now()
    item.save(update_fields=["looked_up_at"])
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
