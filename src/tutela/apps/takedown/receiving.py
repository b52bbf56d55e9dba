"""What comes back: each message is sorted by a machine, and what a person wrote waits for a person.

The mail server of the desk hands each message to `tutela takedown receive`. A message that answers nothing of ours is
refused there, so that the mail server gives it to people as it gives them any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.http import Http404

from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, record
from tutela.apps.takedown import telling
from tutela.apps.takedown.models import Notice, Party, Reply, Takedown
from tutela.domain.actors import SYSTEM
from tutela.engine import clock
from tutela.engine.removal import Answer, Sort, sort_of
from tutela.engine.removal.answers import MESSAGE_BYTES_MAX

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tutela.domain.actors import Actor

REPLIES_MAX: Final = 50  # to one notice: two machines that answer each other stop here
_TEXT_CHARACTERS_MAX: Final = 20_000


@transaction.atomic
def take(message: bytes) -> Reply | None:
    """Take one message in. None where it answers nothing of ours, comes round again, or there were too many."""
    found = sort_of(message, host=settings.TUTELA.host)
    notice = _notice(found.reference)
    if notice is None or found.sort is Sort.LOOP or notice.replies.count() >= REPLIES_MAX:
        return None
    reply = Reply.objects.create(
        notice=notice,
        case_id=notice.case_id,
        sort=found.sort.value,
        text=message[:MESSAGE_BYTES_MAX].decode("utf-8", errors="replace")[:_TEXT_CHARACTERS_MAX],
    )
    if found.sort is Sort.BOUNCE:
        _settle(reply, clock.now())
        telling.keep_bounced(notice)
    elif found.sort is Sort.DELAY:
        _settle(reply, clock.now())
    else:
        _record(notice, SYSTEM, ReasonCode.ROUTINE)
        _answered(notice, Answer.ACKNOWLEDGED)
        if found.sort is Sort.AUTOMATIC:
            _settle(reply, clock.now(), Answer.ACKNOWLEDGED)
    return reply


@transaction.atomic
def read(actor: Actor, takedown_id: UUID, reply_id: UUID, answer: Answer) -> None:
    """Keep what a person reads in an answer. The caller has asked for the takedown."""
    reply = Reply.objects.select_for_update().filter(id=reply_id, notice__takedown_id=takedown_id, read_at=None).first()
    if reply is None:
        raise Http404
    moment, notice = clock.now(), reply.notice
    _settle(reply, moment, answer)
    _record(notice, actor, ReasonCode.DISAGREEMENT if answer is Answer.OBJECTED else ReasonCode.PERSON_DECIDED)
    _answered(notice, answer)
    if answer is Answer.REFUSED:
        telling.give_up(notice, Party.Standing.REFUSED, moment)


def _answered(notice: Notice, answer: Answer) -> None:
    takedown = Takedown.objects.select_for_update().get(id=notice.takedown_id)
    matter, moment = takedown.read(), clock.now()
    if matter.answer is not Answer.OBJECTED:  # only a person takes that back
        takedown.keep(matter.answered(answer, moment), moment)
        takedown.save()


def _settle(reply: Reply, moment: datetime, answer: Answer | None = None) -> None:
    reply.read_at, reply.answer = moment, answer.value if answer else ""
    reply.save(update_fields=["read_at", "answer"])


def _notice(reference: str) -> Notice | None:
    return Notice.objects.filter(name=reference).first() if reference else None


def _record(notice: Notice, actor: Actor, reason: ReasonCode) -> None:
    record(
        Action.NOTICE_ANSWERED,
        kind=ObjectKind.NOTICE,
        object_id=notice.id,
        case_id=notice.case_id,
        actor=actor,
        reason=reason,
    )
