"""The verbs of triage: keep what lists say, close. How reports come in: `folding`, `arriving`; what waits: `queue`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise
from tutela.apps.custody.public import Action, Candidate, Change, ObjectKind, ReasonCode, record, record_all, retained
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.triage import rules
from tutela.apps.triage.arriving import danger_of, weigh
from tutela.apps.triage.models import Case, CaseState, Item, Lookup, Match, Sighting
from tutela.domain.actors import SYSTEM, Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.ids import ItemId, OrganisationId, TeamId
from tutela.domain.lists import Hit, MatchKind
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID


_ROWS_AT_ONCE: Final = 500


class TriageError(TutelaError):
    """Something about a case cannot be done; the message is for the person who asked."""


#### Lists ####


def waiting_lookups(organisation_id: UUID, count_max: int) -> list[Lookup]:
    """Return the look-ups of an organisation that wait, with their items, the oldest first."""
    waiting = Lookup.objects.filter(organisation_id=organisation_id, done_at=None).select_related("item")
    return list(waiting.order_by("id")[:count_max])


def keep_answers(answers: Sequence[tuple[Lookup, Sequence[Hit] | None]]) -> None:
    """Keep what lists said, in the caller's transaction; None where they were not asked: nobody enabled it there."""
    told = [(lookup.item, hits) for lookup, hits in answers]
    cases = _cases_of([item for item, _ in told])
    asked = {case_id for item, hits in told if hits is not None for case_id in cases[item.id]}
    # Cases before look-ups, as whoever takes reports in has it: so that nobody waits in a circle.
    locked = list(Case.objects.select_for_update().filter(id__in=asked).order_by("id"))
    moment = clock.now()
    for lookup, hits in answers:
        lookup.done_at, lookup.was_refused = moment, hits is None
    Lookup.objects.bulk_update([lookup for lookup, _ in answers], ["done_at", "was_refused"], batch_size=_ROWS_AT_ONCE)
    changes = [change for item, hits in told for change in ([_refused(item)] if hits is None else _kept(item, hits))]
    record_all([replace(change, case_id=each) for change in changes for each in cases[change.object_id]], SYSTEM)
    weigh(SYSTEM, locked)


def _refused(item: Item) -> Change:
    return Change(Action.LOOKUP_REFUSED, ObjectKind.ITEM, item.id, reason=ReasonCode.NOT_ENABLED)


def _kept(item: Item, hits: Sequence[Hit]) -> list[Change]:
    """Keep the hits that are new; return what is to be recorded."""
    known = set(item.matches.values_list("list_name", "list_version", "entry_id"))
    fresh = [hit for hit in hits if (hit.list_name, hit.list_version, hit.entry_id) not in known]
    Match.objects.bulk_create(
        Match(
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
        for hit in fresh
    )
    return [
        Change(
            Action.ITEM_MATCHED,
            ObjectKind.ITEM,
            item.id,
            digests={"list-version": bytes.fromhex(hit.list_version)},
            reason=ReasonCode.EXACT_MATCH if hit.kind is MatchKind.EXACT else ReasonCode.NEAR_MATCH,
        )
        for hit in fresh
    ]


def _cases_of(items: Sequence[Item]) -> Mapping[UUID, list[UUID]]:
    """Return the cases in which each item was sighted."""
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    rows = Sighting.objects.filter(item__in=items).values_list("item_id", "case_id").distinct().order_by()
    for item_id, case_id in rows:
        found[item_id].append(case_id)
    return found


#### Cases ####


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
