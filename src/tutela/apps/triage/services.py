"""The verbs of triage: keep what lists say, order, close. How reports come in: `folding`, `arriving`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise, visible
from tutela.apps.custody.public import Action, Candidate, Change, ObjectKind, ReasonCode, record, record_all, retained
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.triage import rules
from tutela.apps.triage.arriving import danger_of, weigh
from tutela.apps.triage.models import Case, CaseState, Item, Lookup, Match
from tutela.domain.actors import SYSTEM, Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.ids import ItemId, OrganisationId, TeamId
from tutela.domain.lists import Hit, MatchKind
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.domain.lookups import Ground


class TriageError(TutelaError):
    """Something about a case cannot be done; the message is for the person who asked."""


#### Lists ####


def refuse_lookup(item_id: UUID, ground: Ground) -> None:
    """Keep that the lists were not asked, in the caller's transaction: nobody enabled it on this ground."""
    item = Item.objects.get(id=item_id)
    _keep_lookup(item, ground, was_refused=True)
    refused = Change(Action.LOOKUP_REFUSED, ObjectKind.ITEM, item.id, reason=ReasonCode.NOT_ENABLED)
    record_all([replace(refused, case_id=case_id) for case_id in _cases_of(item)], SYSTEM)


def _keep_lookup(item: Item, ground: Ground, *, was_refused: bool) -> None:
    Lookup.objects.create(
        item_id=item.id, channel=ground.channel, jurisdiction=ground.jurisdiction, was_refused=was_refused
    )


def keep_matches(item_id: UUID, ground: Ground, hits: Iterable[Hit]) -> None:
    """Keep what lists said about an item, in the caller's transaction."""
    item = Item.objects.get(id=item_id)
    cases = list(Case.objects.select_for_update().filter(id__in=_cases_of(item)).order_by("id"))
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
        reason = ReasonCode.EXACT_MATCH if hit.kind is MatchKind.EXACT else ReasonCode.NEAR_MATCH
        digests = {"list-version": bytes.fromhex(hit.list_version)}
        matched = Change(Action.ITEM_MATCHED, ObjectKind.ITEM, item.id, digests=digests, reason=reason)
        record_all([replace(matched, case_id=case.id) for case in cases], SYSTEM)
    weigh(SYSTEM, cases)


def _cases_of(item: Item) -> list[UUID]:
    """Return the cases in which an item was sighted."""
    return list(item.sightings.values_list("case_id", flat=True).distinct().order_by("case_id"))


#### The queue ####


def queue(actor: Actor) -> QuerySet[Case]:
    """Return what waits for a decision within the actor's reach, the most urgent first.

    A case with a child in danger is not here: it is with a person, until the question "is the child safe?" is answered.
    """
    reach = visible(actor, Permission.REVIEW_ITEM_READ, teams="team")
    waiting = Case.objects.filter(reach, state=CaseState.WAITING).exclude(id__in=safeguarding.endangered_case_ids())
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
    found.facts = rules.Claims.read(found.facts).in_danger().plain()
    found.save(update_fields=["child_in_danger", "facts"])
    safeguarding.raise_concerns(actor, [danger_of(found, {safeguarding.Cause.DANGER_NOW})])
    weigh(actor, [found])


def confirmed(case: Case) -> list[ItemId]:
    """Take a case out of the queue, in the transaction of the decision; return the items that a list knows exactly."""
    case.state = CaseState.CONFIRMED
    case.save(update_fields=["state"])
    known = Match.objects.filter(kind=MatchKind.EXACT, item__sightings__case_id=case.id)
    return [ItemId(item_id) for item_id in known.values_list("item_id", flat=True).distinct().order_by("item_id")]
