"""The verbs of takedown: order one, keep what was found and seen, and what people decide on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps import mailing
from tutela.apps.access.public import Target, authorise, visible
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, blind_index, record
from tutela.apps.jobs.public import enqueue
from tutela.apps.lists import public as lists
from tutela.apps.takedown import telling
from tutela.apps.takedown.models import Notice, Party, Probe, Takedown
from tutela.apps.takedown.rules import carries_address, site_of
from tutela.domain.actors import SYSTEM, Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.ids import CaseId, ItemId, OrganisationId, TakedownId, TeamId
from tutela.engine import clock
from tutela.engine.removal import LADDER, Matter, MatterError, Rung, State
from tutela.engine.responsible import Confidence, Source, Unfit, read_mailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.apps.takedown.finding import Found
    from tutela.apps.takedown.looking import Round

_BY_PERSON: Final = 0  # place among the parties: before everybody that was found


class TakedownError(TutelaError):
    """This cannot be done; the message is for the person who asked."""


@dataclass(frozen=True, slots=True)
class Order:
    """What review hands on: one address. `recipient` is whom a person names; empty: whoever is found."""

    case_id: CaseId
    item_id: ItemId
    location_id: UUID
    organisation_id: OrganisationId
    address: str
    recipient: str = ""
    held: bool = False  # by the police, for as long as the ladder allows
    scheme: str = ""  # of the list by which it was decided, and what that list says
    classification: str = ""


#### What the system keeps ####


def order(actor: Actor, ordered: Order) -> TakedownId:
    """Order a takedown in the caller's transaction. The caller has asked whether the actor may, and locked the case."""
    if not mailing.is_configured():
        raise TakedownError(
            _("No mail server is configured, so no notice can be sent. An administrator sets mail_url.")
        )
    if Takedown.objects.filter(location_id=ordered.location_id, ended_at=None).exists():
        raise TakedownError(_("A notice about this address is under way already."))
    if carries_address(ordered.address):
        raise TakedownError(
            _("This page shows what stands at another address, and holds nothing itself. Report the address within it.")
        )
    moment = clock.now()
    takedown = Takedown(
        case_id=ordered.case_id,
        item_id=ordered.item_id,
        location_id=ordered.location_id,
        organisation_id=ordered.organisation_id,
        opened_at=moment,
        scheme=ordered.scheme,
        classification=ordered.classification,
        site_mark=blind_index("takedown.site", site_of(ordered.address)),
    )
    takedown.keep(Matter.begun(moment, held_until=moment + LADDER.hold if ordered.held else None), moment)
    takedown.due_at = None  # who can act is found first
    takedown.save(force_insert=True)
    if ordered.recipient:
        _add_party(takedown, ordered.recipient, Rung.HOST)
    _record(Action.TAKEDOWN_ORDERED, takedown, actor, ReasonCode.PERSON_DECIDED)
    enqueue("takedown.find", {"takedown_id": str(takedown.id)}, key=f"takedown:{takedown.id}")
    return TakedownId(takedown.id)


def keep_found(takedown_id: UUID, found: Found) -> None:
    """Keep who can act, in the caller's transaction."""
    takedown = Takedown.objects.select_for_update().get(id=takedown_id)
    takedown.host, takedown.network, takedown.jurisdiction = found.host[:100], found.network[:100], found.jurisdiction
    takedown.save(update_fields=["host", "network", "jurisdiction"])
    known = {party.reach for party in takedown.parties.all()}
    for place, party in enumerate(found.parties, start=1):
        if party.reach in known:
            continue
        Party.objects.create(
            takedown=takedown,
            case_id=takedown.case_id,
            rung=party.rung,
            name=party.name[:100],
            reach=party.reach,
            is_form=party.is_form,
            fronts=party.fronts,
            language=party.language,
            source=party.source,
            confidence=party.confidence,
            place=place,
        )
    _record(Action.RECIPIENTS_FOUND, takedown, SYSTEM, ReasonCode.ROUTINE)


def keep_round(takedown_id: UUID, found: Round) -> None:
    """Keep what a round of looks found, in the caller's transaction, and order the notices that are due then."""
    takedown = Takedown.objects.select_for_update().get(id=takedown_id)
    before, moment = takedown.read(), clock.now()
    if before.ended:
        return
    _keep_probe(takedown, found, moment)
    matter = before.seen(found.finding, found.vantages, moment)
    if matter.held_until and matter.held_until <= moment:
        matter = matter.released()
        _record(Action.HOLD_ENDED, takedown, SYSTEM, ReasonCode.DEADLINE)
    takedown.kind = takedown.kind or found.kind[:100]
    matter = telling.tell(takedown, matter, moment)
    takedown.keep(matter, moment)
    takedown.save()
    if matter.removed_at and not before.removed_at:
        _record_item(Action.ITEM_GONE, takedown)
    if matter.returned > before.returned:
        _record_item(Action.ITEM_RETURNED, takedown)
    _follow(takedown, before, matter)
    if matter.unclear == LADDER.unclear_rounds:
        _record(Action.PROBE_GIVEN_UP, takedown, SYSTEM, ReasonCode.UNREACHABLE)
    if matter.ended:
        _record(Action.TAKEDOWN_CLOSED, takedown, SYSTEM, ReasonCode.ROUTINE)


def _follow(takedown: Takedown, before: Matter, after: Matter) -> None:
    """Let the organisation's own list of addresses follow what is certain."""
    address = takedown.location.address
    if not address:
        return
    if after.removed_at and not before.removed_at:
        lists.gone(takedown.organisation_id, address)
    elif after.returned > before.returned:
        lists.returned(takedown.organisation_id, address)
    elif after.finding.is_there:
        lists.still_there(takedown.organisation_id, address)


def move(location_ids: Collection[UUID], case_id: UUID) -> None:
    """Give the takedowns of addresses to the case that the addresses moved to, in the caller's transaction."""
    takedowns = Takedown.objects.filter(location_id__in=location_ids)
    for takedown in takedowns:
        rows = (*takedown.parties.all(), *takedown.notices.all(), *takedown.probes.all())
        rows += tuple(reply for notice in takedown.notices.all() for reply in notice.replies.all())
        for row in rows:
            sealed = [each.attname for each in row._meta.concrete_fields if hasattr(each, "subject")]
            opened = {name: getattr(row, name) for name in sealed}  # opened before the key changes
            row.case_id = case_id
            for name, text in opened.items():
                setattr(row, name, text)
            row.save(update_fields=["case", *sealed])
    takedowns.update(case_id=case_id)


#### What people decide; the caller has asked for the case ####


def resume(actor: Actor, case_id: UUID, location_id: UUID) -> None:
    """Look and tell anew, in the caller's transaction."""
    takedown = Takedown.objects.filter(case_id=case_id, location_id=location_id, ended_at=None).first()
    if takedown is None:
        raise TakedownError(_("Nothing is under way about this address."))
    again(actor, takedown.id)


@transaction.atomic
def again(actor: Actor, takedown_id: UUID) -> None:
    """Look and tell anew: a person has found out what had to be found out."""
    moment = clock.now()
    takedown = _changed(takedown_id, lambda matter: matter.resumed(moment))
    if takedown.circuit:
        takedown.circuit, takedown.circuit_cleared_at = "", moment
        takedown.save(update_fields=["circuit", "circuit_cleared_at"])
    _record(Action.PROBE_RESUMED, takedown, actor, ReasonCode.PERSON_DECIDED)


@transaction.atomic
def hold(actor: Actor, takedown_id: UUID, until: datetime) -> None:
    """Hold it for the police, or renew that."""
    takedown = _changed(takedown_id, lambda matter: matter.held(until))
    _record(Action.HOLD_PLACED, takedown, actor, ReasonCode.PARTNER_REQUEST)


@transaction.atomic
def release(actor: Actor, takedown_id: UUID) -> None:
    """End the hold."""
    takedown = _changed(takedown_id, lambda matter: matter.released())
    Takedown.objects.filter(id=takedown.id).update(due_at=clock.now())
    _record(Action.HOLD_ENDED, takedown, actor, ReasonCode.PERSON_DECIDED)


@transaction.atomic
def dismiss_objection(actor: Actor, takedown_id: UUID) -> None:
    """Go on: the objection does not hold."""
    moment = clock.now()
    takedown = _changed(takedown_id, lambda matter: matter.objection_dismissed(moment))
    _record(Action.NOTICE_ANSWERED, takedown, actor, ReasonCode.PERSON_DECIDED)


@transaction.atomic
def follow(actor: Actor, takedown_id: UUID) -> None:
    """End it where it led elsewhere: what stands there was reported as a matter of its own."""
    takedown = _changed(takedown_id, Matter.followed)
    _record(Action.TAKEDOWN_CLOSED, takedown, actor, ReasonCode.PERSON_DECIDED)


@transaction.atomic
def withdraw(actor: Actor, takedown_id: UUID) -> None:
    """It was an error: end it, and tell everybody who was told."""
    takedown = _changed(takedown_id, Matter.withdrawn)
    takedown.notices.filter(sent_at=None).update(try_at=None)
    for party in Party.objects.filter(notices__takedown=takedown, notices__sent_at__isnull=False).distinct():
        telling.order(takedown, party, actor, is_correction=True)
    _record(Action.TAKEDOWN_WITHDRAWN, takedown, actor, ReasonCode.MISTAKE)


@transaction.atomic
def add_party(actor: Actor, takedown_id: UUID, reach: str, rung: Rung) -> None:
    """Name somebody who can act: told now where others were told, else after the next look, which is now."""
    takedown = _changed(takedown_id, Matter.told_whom)
    telling.tell_now(takedown, _add_party(takedown, reach, rung), takedown.read())
    Takedown.objects.filter(id=takedown_id).update(due_at=clock.now())
    _record(Action.RECIPIENTS_FOUND, takedown, actor, ReasonCode.PERSON_DECIDED)


@transaction.atomic
def form_sent(actor: Actor, takedown_id: UUID, notice_id: UUID) -> None:
    """Keep that a person filled in the form of a recipient."""
    notice = Notice.objects.select_for_update().filter(id=notice_id, takedown_id=takedown_id, is_form=True).first()
    if notice is None:
        raise Http404
    if notice.sent_at:
        raise TakedownError(_("This notice was sent already."))
    telling.keep_sent(notice, "", actor=actor)


#### Within reach ####


def takedowns(actor: Actor, permission: Permission = Permission.TAKEDOWN_NOTICE_READ) -> QuerySet[Takedown]:
    """Return the takedowns within reach."""
    return Takedown.objects.filter(visible(actor, permission, teams="case__team"))


def takedown(actor: Actor, takedown_id: UUID, permission: Permission = Permission.TAKEDOWN_NOTICE_READ) -> Takedown:
    """Return one that the actor may do `permission` to; 404 or 403 otherwise."""
    found = Takedown.objects.filter(id=takedown_id).select_related("case", "location", "item").first()
    if found is None:
        raise Http404
    authorise(actor, permission, target_of(found))
    return found


def target_of(takedown: Takedown) -> Target:
    """Return whom a takedown belongs to: those of its case."""
    team_id = takedown.case.team_id
    return Target(OrganisationId(takedown.organisation_id), frozenset({TeamId(team_id)} if team_id else ()))


def waiting_for_person(actor: Actor) -> QuerySet[Takedown]:
    """Return those that go on only when somebody decides."""
    asks = (State.OBJECTED, State.MOVED, State.RESTRICTED, State.UNRESOLVED)
    waits = Q(state__in=asks) | ~Q(circuit="") | Q(matter__has_nobody=True)
    waits |= Q(matter__unclear__gte=LADDER.unclear_rounds)
    waits |= Q(notices__is_form=True, notices__sent_at=None)
    return takedowns(actor, Permission.TAKEDOWN_NOTICE_SEND).filter(waits, ended_at=None)


def _changed(takedown_id: UUID, change: Callable[[Matter], Matter]) -> Takedown:
    takedown = Takedown.objects.select_for_update().filter(id=takedown_id).first()
    if takedown is None:
        raise Http404
    if takedown.ended_at is not None:
        raise TakedownError(_("This has ended already."))
    try:
        matter = change(takedown.read())
    except MatterError:
        raise TakedownError(_("That cannot be done as it stands now.")) from None
    takedown.keep(matter, clock.now())
    takedown.save()
    return takedown


def _add_party(takedown: Takedown, reach: str, rung: Rung) -> Party:
    is_form = reach.startswith("https://")
    read = reach if is_form else read_mailbox(reach, ours=settings.TUTELA.host, site="")
    if isinstance(read, Unfit):
        raise TakedownError(_("This is no mailbox that a notice may go to."))
    return Party.objects.create(
        takedown=takedown,
        case_id=takedown.case_id,
        rung=rung,
        reach=read,
        is_form=is_form,
        source=Source.PERSON,
        confidence=Confidence.HIGH,
        place=_BY_PERSON,
    )


def _keep_probe(takedown: Takedown, found: Round, moment: datetime) -> None:
    probe = Probe.objects.create(
        takedown=takedown,
        case_id=takedown.case_id,
        done_at=moment,
        finding=found.finding.value,
        vantages=found.vantages,
        http_status=found.http_status,
        failure=found.failure,
        seen=found.seen,
    )
    record(
        Action.PROBE_DONE,
        kind=ObjectKind.PROBE,
        object_id=probe.id,
        case_id=takedown.case_id,
        actor=SYSTEM,
        reason=ReasonCode.UNREACHABLE if found.failure else None,
    )


def _record(action: Action, takedown: Takedown, actor: Actor, reason: ReasonCode) -> None:
    record(
        action,
        kind=ObjectKind.TAKEDOWN,
        object_id=takedown.id,
        case_id=takedown.case_id,
        actor=actor,
        reason=reason,
    )


def _record_item(action: Action, takedown: Takedown) -> None:
    record(action, kind=ObjectKind.ITEM, object_id=takedown.item_id, case_id=takedown.case_id, actor=SYSTEM)
