"""Telling who can act: a round of notices is ordered, waits, is handed over, and what comes back is taken in.

Rules:

1. A notice is a row before it is a message. Whoever sends takes what waits, oldest first, a bounded number a minute and
   an hour for each recipient: an outage of a week ends without a storm, and nothing is sent twice for it.
2. Just before it is handed over it is asked once more whether it is still wanted.
3. On each rung the surest party is told. One that bounces or refuses is not told again; the next of its rung is, at
   once. Where a rung has nobody the next one opens, and where none has, a person is asked.
4. The circuit of a site may hold everything back until a person has looked.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Count

from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, blind_index, record
from tutela.apps.jobs.public import enqueue
from tutela.apps.takedown.models import Notice, Party, Takedown
from tutela.domain.actors import SYSTEM
from tutela.engine import clock
from tutela.engine.removal import PACE, Answer, Circuit, Matter, MatterError, Rung

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from tutela.domain.actors import Actor

NOTIFY: Final = "takedown.notify"
_DAY: Final = timedelta(days=1)
_MONTH: Final = timedelta(days=30)
_HOUR: Final = timedelta(hours=1)
_LOOKED_THROUGH: Final = 4 * PACE.minute_max  # so that one recipient with very many holds nobody up
_GIVES_UP: Final = timedelta(days=1)  # on a recipient that is put off again and again


def tell(takedown: Takedown, matter: Matter, moment: datetime) -> Matter:
    """Order a round of notices if one is due, in the caller's transaction; return what became of the matter."""
    if not matter.may_notice(moment):
        return matter
    circuit = _circuit(takedown, moment)
    takedown.circuit = "" if circuit is Circuit.CLOSED else circuit.value
    if takedown.circuit:
        return matter
    matter, parties = _reachable(takedown, matter, moment)
    for party in parties:
        order(takedown, party, SYSTEM)
    return matter


def order(takedown: Takedown, party: Party, actor: Actor, *, is_correction: bool = False) -> None:
    """Order one notice, in the caller's transaction; one that waits for this party already stands."""
    before = party.notices.exclude(kind=Notice.Kind.CORRECTION)
    if not is_correction and before.filter(sent_at=None, bounced_at=None).exclude(try_at=None, is_form=False).exists():
        return
    kind = Notice.Kind.AGAIN if before.exclude(sent_at=None).exists() else Notice.Kind.NOTICE
    reach = party.reach or ""
    notice = Notice.objects.create(
        takedown=takedown,
        party=party,
        case_id=takedown.case_id,
        organisation_id=takedown.organisation_id,
        kind=Notice.Kind.CORRECTION if is_correction else kind,
        address=takedown.location.address or "",
        recipient=reach,
        recipient_mark=blind_index("takedown.recipient", reach),
        is_form=party.is_form,
        try_at=None if party.is_form else clock.now(),
    )
    _record(Action.NOTICE_ORDERED, notice, actor, ReasonCode.MISTAKE if is_correction else ReasonCode.ROUTINE)
    if not party.is_form:
        enqueue(NOTIFY, {}, key=f"periodic:{NOTIFY}")


def tell_now(takedown: Takedown, party: Party, matter: Matter) -> None:
    """Tell somebody whom a person has named, where others were told already and it is still there."""
    if matter.first_sent_at and matter.finding.is_there and not _is_mute(matter) and not takedown.circuit:
        order(takedown, party, SYSTEM)


def waiting(moment: datetime) -> list[Notice]:
    """Return what may be handed over now: oldest first, no more than the pace allows."""
    last_hour = Notice.objects.filter(sent_at__gt=moment - _HOUR).order_by()
    sent = dict(last_hour.values_list("recipient_mark").annotate(count=Count("id")))
    full = [mark for mark, count in sent.items() if not PACE.room(count, 1)]
    ready = Notice.objects.filter(try_at__lte=moment).exclude(recipient_mark__in=full).order_by("try_at", "id")
    chosen: list[Notice] = []
    for notice in ready.select_related("takedown__item", "party", "organisation")[:_LOOKED_THROUGH]:
        if len(chosen) < PACE.minute_max and PACE.room(sent.get(notice.recipient_mark, 0), 1):
            sent[notice.recipient_mark] = sent.get(notice.recipient_mark, 0) + 1
            chosen.append(notice)
    return chosen


def is_wanted(notice: Notice) -> bool:
    """Whether it still is to be sent; one that is not is taken off."""
    with transaction.atomic():
        takedown = Takedown.objects.select_for_update().get(id=notice.takedown_id)
        found = Notice.objects.select_for_update().get(id=notice.id)
        if found.try_at is None:
            return False
        matter, is_correction = takedown.read(), found.kind == Notice.Kind.CORRECTION
        if (is_correction or not _is_mute(matter)) and notice.address and notice.recipient:
            return True
        found.try_at = None
        found.save(update_fields=["try_at"])
        return False


def keep_sent(notice: Notice, message: str, name: str = "", actor: Actor = SYSTEM) -> None:
    """Keep that a mail server took a notice, or that a person filled in a form, in the caller's transaction.

    The ladder counts from here: whoever was never told was not slow.
    """
    moment = clock.now()
    notice.sent_at, notice.try_at, notice.message, notice.name = moment, None, message, name
    notice.save(update_fields=["sent_at", "try_at", "message", "name"])
    takedown = Takedown.objects.select_for_update().get(id=notice.takedown_id)
    takedown.first_sent_at = takedown.first_sent_at or moment
    with suppress(MatterError):  # it became unwanted while it was handed over
        takedown.keep(takedown.read().noticed(moment), moment)
    takedown.save()
    _record(Action.NOTICE_SENT, notice, actor, ReasonCode.ROUTINE if actor.is_system else ReasonCode.PERSON_DECIDED)


def keep_put_off(notice: Notice) -> None:
    """Keep that the mail server would not take it now: try again later, or give the recipient up."""
    moment = clock.now()
    notice.tries += 1
    if moment - notice.ordered_at > _GIVES_UP:
        keep_bounced(notice)
        return
    notice.try_at = moment + timedelta(minutes=PACE.wait_min(notice.tries))
    notice.save(update_fields=["tries", "try_at"])


def keep_bounced(notice: Notice) -> None:
    """Keep that a notice came back for good, in the caller's transaction, and tell the next one at once."""
    if notice.bounced_at is not None:
        return
    moment = clock.now()
    notice.bounced_at, notice.try_at = moment, None
    notice.save(update_fields=["bounced_at", "try_at"])
    _record(Action.NOTICE_BOUNCED, notice, SYSTEM, ReasonCode.UNREACHABLE)
    give_up(notice, Party.Standing.BOUNCED, moment)


def give_up(notice: Notice, standing: Party.Standing, moment: datetime) -> None:
    """Tell a party no more, and the next of its rung instead; the matter of the takedown is kept."""
    Party.objects.filter(id=notice.party_id).update(standing=standing)
    takedown = Takedown.objects.select_for_update().get(id=notice.takedown_id)
    matter = takedown.read()
    if notice.party and not matter.ended and not matter.gone_at:
        parties = _usable(takedown, [notice.party.rung])[:1]
        if not parties:
            matter, parties = _reachable(takedown, matter, moment)
        for party in parties:
            order(takedown, party, SYSTEM)
    takedown.keep(matter, moment)
    takedown.save()


def _reachable(takedown: Takedown, matter: Matter, moment: datetime) -> tuple[Matter, list[Party]]:
    """Return the surest usable party of each rung reached; where there is none, of the next one that has any."""
    parties = _parties(takedown, matter.reached(moment))
    while not parties and len(matter.reached(moment)) < len(Rung):
        matter = matter.left_alone()
        parties = _parties(takedown, matter.reached(moment))
    if parties:
        return matter.told_whom(), parties
    return matter.left_alone(), []


def _is_mute(matter: Matter) -> bool:
    return bool(matter.ended or matter.gone_at or matter.held_until or matter.answer is Answer.OBJECTED)


def _parties(takedown: Takedown, rungs: Collection[str]) -> list[Party]:
    """Return the surest usable party of each rung."""
    first: dict[str, Party] = {}
    for party in _usable(takedown, rungs):
        first.setdefault(party.rung, party)
    return list(first.values())


def _usable(takedown: Takedown, rungs: Collection[str]) -> list[Party]:
    return list(takedown.parties.filter(rung__in=list(rungs), standing=Party.Standing.USABLE))


def _circuit(takedown: Takedown, moment: datetime) -> Circuit:
    same = Takedown.objects.filter(site_mark=takedown.site_mark, organisation_id=takedown.organisation_id)
    if same.filter(circuit_cleared_at__gt=moment - _MONTH).exists():
        return Circuit.CLOSED
    opened = same.filter(opened_at__gt=moment - _DAY).count()
    objected = same.filter(notices__replies__answer=Answer.OBJECTED, notices__replies__read_at__gt=moment - _MONTH)
    return PACE.circuit(opened, objected.distinct().count())


def _record(action: Action, notice: Notice, actor: Actor, reason: ReasonCode) -> None:
    record(action, kind=ObjectKind.NOTICE, object_id=notice.id, case_id=notice.case_id, actor=actor, reason=reason)
