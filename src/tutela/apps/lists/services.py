"""The verbs of own lists: assess by viewing, propose an address, list, withdraw, and what an organisation demands.

Each is one transaction with its leaf in the record, on the chain of custody of the case. Entries are locked before
cases, so that nobody waits in a circle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, blind_index, record
from tutela.apps.jobs.public import enqueue
from tutela.apps.lists import rules
from tutela.apps.lists.models import ListPolicy, OwnEntry
from tutela.apps.lists.rules import Event, Kind, State, Why
from tutela.apps.triage import public as triage
from tutela.domain.actors import SYSTEM, Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.ids import OrganisationId
from tutela.domain.lists import PDQ_QUALITY_MIN_DEFAULT
from tutela.domain.reports import same_page
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

VIEWED: Final = "viewed"  # the basis of an assessment: its person saw the entire file as it is
_WHY: Final = {Event.GONE: Why.GONE, Event.ERROR: Why.ERROR, Event.SUPERSEDED: Why.SUPERSEDED}
_REASON: Final = {Why.GONE: ReasonCode.ROUTINE, Why.ERROR: ReasonCode.MISTAKE, Why.SUPERSEDED: ReasonCode.SECOND_REVIEW}


class ListsError(TutelaError):
    """Something about an own list cannot be done; the message is for the person who asked."""


#### What people say ####


@transaction.atomic
def assess(actor: Actor, case_id: UUID, item_id: UUID, classification: str, scheme: str) -> None:
    """Keep what a person says an item is, who saw all of it as it is; list what enough people agree on."""
    case = triage.case(actor, case_id, Permission.REVIEW_ITEM_DECIDE)
    if actor.person_id is None:
        raise ListsError(_("Only a person can view something."))
    if not rules.fits_label(classification) or not rules.fits_label(scheme):
        raise ListsError(_("Class and scheme are short codes: letters, digits, spaces, and . _ / -"))
    item = triage.items(case.id).filter(id=item_id).first()
    if item is None:
        raise Http404
    if item.fold:
        _proposed(actor, case, item, Kind.HASH, item.fold)
    entries = _of_item(item)
    is_first = not triage.assessed([item.id]).filter(basis=VIEWED).exists()
    made = triage.Assessment(
        organisation_id=case.organisation_id,
        item_id=item.id,
        case_id=case.id,
        basis=VIEWED,
        classification=classification,
        scheme=scheme,
        assessed_by=actor.pseudonym,
    )
    triage.keep_assessments(actor, [made])
    record(
        Action.ITEM_ASSESSED,
        kind=ObjectKind.ITEM,
        object_id=item.id,
        case_id=case.id,
        actor=actor,
        reason=ReasonCode.PERSON_DECIDED if is_first else ReasonCode.SECOND_REVIEW,
    )
    for entry in entries:
        _settle(actor, entry)


@transaction.atomic
def propose_address(actor: Actor, case_id: UUID, location_id: UUID) -> OwnEntry:
    """Propose the address of something in a case; it is listed as soon as enough people agree what stands there."""
    case = triage.case(actor, case_id, Permission.REVIEW_ITEM_DECIDE)
    location = triage.locations(case.id).select_related("item").filter(id=location_id).first()
    if location is None or not location.address:
        raise Http404
    _of_item(location.item)
    address = same_page(location.address)
    entry, is_new = _proposed(actor, case, location.item, Kind.ADDRESS, address, address=address)
    if entry.why == Why.ERROR:
        raise ListsError(_("This was taken off our list as an error. It does not come back."))
    if not is_new:
        raise ListsError(_("This address is known to our list already."))
    _settle(actor, entry)
    return entry


@transaction.atomic
def withdraw(actor: Actor, entry_id: UUID, why: Why) -> None:
    """Take an entry off, or a proposal back: by whoever keeps the lists."""
    find(actor, entry_id, Permission.LISTS_LIST_EDIT)
    _withdraw_by(actor, entry_id, why)


@transaction.atomic
def withdraw_in(actor: Actor, case_id: UUID, entry_id: UUID, why: Why) -> None:
    """Take an entry off that is about something in a case: by whoever decides about that case."""
    case = triage.case(actor, case_id, Permission.REVIEW_ITEM_DECIDE)
    rows = OwnEntry.objects.filter(organisation_id=case.organisation_id, item__in=triage.items(case.id))
    if not rows.filter(id=entry_id).exists():
        raise Http404
    _withdraw_by(actor, entry_id, why)


@transaction.atomic
def adopt(actor: Actor, organisation_id: UUID, assessors_min: int, *, matches_here: bool) -> None:
    """Set how many people must agree, and whether this installation matches by the organisation's own hash list."""
    authorise(actor, Permission.LISTS_LIST_EDIT, Target(OrganisationId(organisation_id)))
    if not rules.ASSESSORS_MIN <= assessors_min <= rules.ASSESSORS_MAX:
        raise ListsError(
            _("Between %(least)s and %(most)s people.") % {"least": rules.ASSESSORS_MIN, "most": rules.ASSESSORS_MAX}
        )
    policy = policy_of(organisation_id, lock=True)
    policy.assessors_min, policy.matches_here = assessors_min, matches_here
    policy.adopted_at, policy.adopted_by = clock.now(), actor.pseudonym
    policy.save()
    record(Action.POLICY_ADOPTED, kind=ObjectKind.POLICY, object_id=policy.id, actor=actor)
    bring_here(organisation_id)


#### What takedown says, in its transaction ####


def gone(organisation_id: UUID, address: str) -> None:
    """Take an address off: it is certain that nothing stands there any more."""
    entry = _at(OrganisationId(organisation_id), address)
    if entry is not None:
        _withdraw(SYSTEM, entry, Event.GONE)


def returned(organisation_id: UUID, address: str) -> None:
    """List an address again that was gone: it stands there once more."""
    entry = _at(OrganisationId(organisation_id), address)
    after = _after(entry, Event.RETURNED) if entry else None
    if entry is None or after is None:
        return
    entry.state, entry.why, entry.withdrawn_at, entry.withdrawn_by = after, "", None, ""
    if after is State.LISTED:
        _renew(entry)
    entry.save()
    _record(Action.ENTRY_LISTED if after is State.LISTED else Action.ENTRY_PROPOSED, entry, SYSTEM, ReasonCode.ROUTINE)
    _settle(SYSTEM, entry)


def still_there(organisation_id: UUID, address: str) -> None:
    """Move the re-check date on, where it comes near: somebody has just looked, and it stands there."""
    entry = _at(OrganisationId(organisation_id), address)
    if entry is None or entry.state != State.LISTED or entry.recheck_on is None:
        return
    if rules.is_worth_renewing(entry.recheck_on, clock.now().date()):
        _renew(entry)
        entry.save(update_fields=["recheck_on", "is_renewed"])


#### What there is ####


def find(actor: Actor, entry_id: UUID, permission: Permission) -> OwnEntry:
    """Return an entry that the actor may do `permission` to; 404 or 403 otherwise."""
    found = OwnEntry.objects.filter(id=entry_id).first()
    if found is None:
        raise Http404
    authorise(actor, permission, target_of(found))
    return found


def target_of(entry: OwnEntry) -> Target:
    """Return whom an entry belongs to."""
    return Target(OrganisationId(entry.organisation_id))


def policy_of(organisation_id: UUID, *, lock: bool = False) -> ListPolicy:
    """Return what an organisation demands; locked, its row is there afterwards."""
    if lock:
        ListPolicy.objects.get_or_create(organisation_id=organisation_id)
        return ListPolicy.objects.select_for_update().get(organisation_id=organisation_id)
    found = ListPolicy.objects.filter(organisation_id=organisation_id).first()
    return found or ListPolicy(organisation_id=organisation_id)


def bring_here(organisation_id: UUID) -> None:
    """Have the list of this machine made what it should be, in the caller's transaction."""
    enqueue("lists.pack", {"organisation_id": str(organisation_id)}, key=f"lists:{organisation_id}")


def weighed(entry: OwnEntry) -> rules.Agreement:
    """Return what those who viewed an entry's item came to."""
    return rules.agreement(_said(entry.item_id), assessors_min=policy_of(entry.organisation_id).assessors_min)


def entries_at(organisation_id: UUID, addresses: Mapping[UUID, str]) -> dict[UUID, OwnEntry]:
    """Return the entries of addresses, under the names that the caller gave them."""
    marks = {name: _mark(organisation_id, Kind.ADDRESS, same_page(each)) for name, each in addresses.items()}
    rows = OwnEntry.objects.filter(organisation_id=organisation_id, kind=Kind.ADDRESS, mark__in=marks.values())
    entries = {each.mark: each for each in rows.order_by("id")}  # the last one: those before were superseded
    return {name: entries[mark] for name, mark in marks.items() if mark in entries}


#### Underneath ####


def _said(item_id: UUID) -> list[rules.Said]:
    rows = triage.assessed([item_id]).filter(basis=VIEWED).order_by("assessed_at", "id")
    return [rules.Said(each.assessed_by, each.classification, each.scheme) for each in rows]


def _of_item(item: triage.Item) -> list[OwnEntry]:
    """Return the entries of an item, locked: of two people who assess at once, the second counts the first.

    Raises `ListsError` where what the item is was an error.
    """
    rows = OwnEntry.objects.select_for_update().filter(organisation_id=item.organisation_id, item_id=item.id)
    found = list(rows.exclude(why=Why.SUPERSEDED).order_by("id"))
    if any(each.why == Why.ERROR and _is_of_content(each) for each in found):
        raise ListsError(_("This was taken off our list as an error. It does not come back."))
    return found


def _at(organisation_id: OrganisationId, address: str) -> OwnEntry | None:
    return _of_mark(organisation_id, Kind.ADDRESS, _mark(organisation_id, Kind.ADDRESS, same_page(address)))


def _of_mark(organisation_id: UUID, kind: Kind, mark: str) -> OwnEntry | None:
    rows = OwnEntry.objects.select_for_update().filter(organisation_id=organisation_id, kind=kind, mark=mark)
    return rows.exclude(why=Why.SUPERSEDED).first()


def _mark(organisation_id: UUID, kind: Kind, value: str) -> str:
    return blind_index(f"lists.{kind}", f"{organisation_id}\n{value}")


def _proposed(
    actor: Actor, case: triage.Case, item: triage.Item, kind: Kind, value: str, **more: str
) -> tuple[OwnEntry, bool]:
    """Return the entry of a value, locked, and whether it is new."""
    mark = _mark(case.organisation_id, kind, value)
    there = _of_mark(case.organisation_id, kind, mark)
    if there is not None:
        return there, False
    digests = {name: getattr(item, name) for name in ("md5", "sha1", "sha256")} if kind is Kind.HASH else {}
    if kind is Kind.HASH and item.pdq_quality >= PDQ_QUALITY_MIN_DEFAULT:
        digests["pdq"] = item.pdq
    fresh = OwnEntry(
        organisation_id=case.organisation_id,
        kind=kind,
        mark=mark,
        item_id=item.id,
        case_id=case.id,
        proposed_by=actor.pseudonym,
        **digests,
        **more,
    )
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError:  # somebody else proposed it in the same moment
        there = _of_mark(case.organisation_id, kind, mark)
        if there is None:
            raise
        return there, False
    _record(Action.ENTRY_PROPOSED, fresh, actor, ReasonCode.PERSON_DECIDED)
    return fresh, True


def _settle(actor: Actor, entry: OwnEntry) -> None:
    """List what people agree on; let an entry of another class take the place of one that is listed."""
    found = weighed(entry)
    if not found.stands or found.label is None:
        return
    if entry.state == State.LISTED:
        if rules.Said("", entry.classification, entry.scheme).label == found.label.label:
            return
        _withdraw(actor, entry, Event.SUPERSEDED)
        entry = _successor(actor, entry)
    if _after(entry, Event.AGREED) is None:
        return
    moment = clock.now()
    entry.state, entry.listed_at = State.LISTED, moment
    entry.classification, entry.scheme = found.label.classification, found.label.scheme
    viewed = triage.assessed([entry.item_id]).filter(basis=VIEWED)
    entry.assessments = [str(each) for each in viewed.values_list("id", flat=True)]
    entry.recheck_on = rules.recheck_on(moment.date()) if entry.kind == Kind.ADDRESS else None
    entry.save()
    _record(Action.ENTRY_LISTED, entry, actor, ReasonCode.SECOND_REVIEW)


def _successor(actor: Actor, before: OwnEntry) -> OwnEntry:
    """Propose the same value anew, under another id."""
    made = OwnEntry(
        organisation_id=before.organisation_id,
        kind=before.kind,
        mark=before.mark,
        item_id=before.item_id,
        case_id=before.case_id,
        address=before.address,
        md5=before.md5,
        sha1=before.sha1,
        sha256=before.sha256,
        pdq=before.pdq,
        proposed_by=actor.pseudonym,
    )
    made.save(force_insert=True)
    return made


def _renew(entry: OwnEntry) -> None:
    entry.recheck_on, entry.is_renewed = rules.recheck_on(clock.now().date()), entry.is_published


def _after(entry: OwnEntry, event: Event) -> State | None:
    why = Why(entry.why) if entry.why else None
    return rules.next_state(State(entry.state), why, event, was_listed=entry.listed_at is not None)


def _withdraw_by(actor: Actor, entry_id: UUID, why: Why) -> None:
    entry = OwnEntry.objects.select_for_update().get(id=entry_id)
    if why is Why.SUPERSEDED:
        raise ListsError(_("Nothing supersedes it. It is superseded when all who viewed it agree on another class."))
    if why is Why.GONE and entry.kind != Kind.ADDRESS:
        raise ListsError(_("A file stays known wherever it stands. Only an address can be gone."))
    if not _withdraw(actor, entry, Event(why.value)):
        raise ListsError(_("It was taken off already."))


def _withdraw(actor: Actor, entry: OwnEntry, event: Event) -> bool:
    """Take an entry off, in the caller's transaction; False where that changes nothing."""
    if _after(entry, event) is None:
        return False
    why = _WHY[event]
    entry.state, entry.why, entry.withdrawn_at, entry.withdrawn_by = (
        State.WITHDRAWN,
        why,
        clock.now(),
        actor.pseudonym,
    )
    entry.save(update_fields=["state", "why", "withdrawn_at", "withdrawn_by"])
    _record(Action.ENTRY_WITHDRAWN, entry, actor, _REASON[why])
    if why is Why.ERROR and _is_of_content(entry):
        _correct(actor, entry)
    if entry.kind == Kind.HASH:
        bring_here(entry.organisation_id)
    return True


def _is_of_content(entry: OwnEntry) -> bool:
    """Whether an error in it is one about what the item is. One in an address says nothing about a file of its own."""
    return entry.kind == Kind.HASH or not entry.item.fold


def _correct(actor: Actor, entry: OwnEntry) -> None:
    """Take back what was decided with an entry that was an error, and tell every case of ours that carried it."""
    for case_id in triage.retract(actor, entry.item_id, VIEWED):
        if case_id != entry.case_id:
            _record(Action.ENTRY_WITHDRAWN, entry, actor, ReasonCode.MISTAKE, case_id=case_id)
    others = OwnEntry.objects.select_for_update().filter(item_id=entry.item_id).exclude(id=entry.id)
    for other in others.exclude(why__in=[Why.ERROR, Why.SUPERSEDED]):
        _withdraw(actor, other, Event.ERROR)


def _record(action: Action, entry: OwnEntry, actor: Actor, reason: ReasonCode, *, case_id: UUID | None = None) -> None:
    record(
        action,
        kind=ObjectKind.LIST_ENTRY,
        object_id=entry.id,
        case_id=case_id or entry.case_id,
        actor=actor,
        digests={"sha256": bytes.fromhex(entry.sha256)} if entry.sha256 else {},
        reason=reason,
    )
