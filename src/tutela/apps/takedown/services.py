"""The verbs of takedown: order a notice, keep that it was sent, keep what a probe found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tutela.apps import mailing
from tutela.apps.access.public import visible
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, record
from tutela.apps.jobs.public import enqueue
from tutela.apps.takedown import rules
from tutela.apps.takedown.models import Notice, Probe
from tutela.domain.actors import SYSTEM, Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.ids import CaseId, ItemId, NoticeId, OrganisationId
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.engine.probing import ProbeAnswer


class TakedownError(TutelaError):
    """A notice cannot be ordered; the message is for the person who asked."""


@dataclass(frozen=True, slots=True)
class Order:
    """What review hands on: one address, and the one who must act on it."""

    case_id: CaseId
    item_id: ItemId
    location_id: UUID
    organisation_id: OrganisationId
    address: str
    recipient: str


def order(actor: Actor, ordered: Order) -> NoticeId:
    """Order a notice in the caller's transaction. The caller has asked whether the actor may, and locked the case."""
    if not mailing.is_configured():
        raise TakedownError(
            _("No mail server is configured, so no notice can be sent. An administrator sets mail_url.")
        )
    if Notice.objects.filter(location_id=ordered.location_id, gone_at=None).exists():
        raise TakedownError(_("A notice about this address is under way already."))
    notice = Notice.objects.create(
        case_id=ordered.case_id,
        item_id=ordered.item_id,
        location_id=ordered.location_id,
        organisation_id=ordered.organisation_id,
        address=ordered.address,
        recipient=ordered.recipient,
    )
    _record(Action.NOTICE_ORDERED, notice, actor, ReasonCode.PERSON_DECIDED)
    enqueue("takedown.notify", {"notice_id": str(notice.id)}, key=f"notify:{notice.id}")
    return NoticeId(notice.id)


def move(location_ids: Collection[UUID], case_id: UUID) -> None:
    """Give the notices about addresses to the case that the addresses moved to, in the caller's transaction."""
    for notice in Notice.objects.filter(location_id__in=location_ids):
        address, recipient = notice.address, notice.recipient  # opened before the key changes
        notice.case_id, notice.address, notice.recipient = case_id, address, recipient
        notice.save(update_fields=["case", "address", "recipient"])


def keep_sent(notice: Notice) -> None:
    """Keep that a mail server took a notice, in the caller's transaction, and plan the first probe."""
    notice.sent_at = clock.now()
    notice.save(update_fields=["sent_at"])
    _record(Action.NOTICE_SENT, notice, SYSTEM, ReasonCode.PERSON_DECIDED)
    _plan_probe(notice)


def keep_probe(notice: Notice, answer: ProbeAnswer) -> None:
    """Keep what a probe found, in the caller's transaction; plan the next one unless it is gone."""
    verdict = rules.judge(answer.http_status)
    probe = Probe.objects.create(
        notice_id=notice.id,
        verdict=verdict.value,
        http_status=answer.http_status,
        failure=answer.failure.value if answer.failure else "",
    )
    record(
        Action.PROBE_DONE,
        kind=ObjectKind.PROBE,
        object_id=probe.id,
        case_id=notice.case_id,
        actor=SYSTEM,
        reason=ReasonCode.UNREACHABLE if answer.failure else None,
    )
    if verdict is not rules.Verdict.GONE:
        _go_on_or_stop(notice)
        return
    notice.gone_at = clock.now()
    notice.save(update_fields=["gone_at"])
    record(Action.ITEM_GONE, kind=ObjectKind.ITEM, object_id=notice.item_id, case_id=notice.case_id, actor=SYSTEM)


def resume(actor: Actor, case_id: UUID, location_id: UUID) -> None:
    """Probe again, in the caller's transaction. The caller has asked whether the actor may, and locked the case."""
    notice = Notice.objects.filter(case_id=case_id, location_id=location_id).exclude(stopped_at=None).first()
    if notice is None:
        raise TakedownError(_("Probing of this address has not stopped."))
    notice.watched_from, notice.stopped_at = clock.now(), None
    notice.save(update_fields=["watched_from", "stopped_at"])
    _record(Action.PROBE_RESUMED, notice, actor, ReasonCode.PERSON_DECIDED)
    enqueue("takedown.probe", {"notice_id": str(notice.id)})


def stopped(actor: Actor) -> QuerySet[Notice]:
    """Return the notices within reach whose probing stopped."""
    reach = visible(actor, Permission.TAKEDOWN_NOTICE_SEND, teams="case__team")
    return Notice.objects.filter(reach).exclude(stopped_at=None)


def _go_on_or_stop(notice: Notice) -> None:
    watched = notice.probes.filter(done_at__gte=notice.watched_from).order_by("done_at", "id")
    if not rules.must_stop([rules.Verdict(each) for each in watched.values_list("verdict", flat=True)]):
        _plan_probe(notice)
        return
    notice.stopped_at = clock.now()
    notice.save(update_fields=["stopped_at"])
    _record(Action.PROBE_GIVEN_UP, notice, SYSTEM, ReasonCode.UNREACHABLE)


def _plan_probe(notice: Notice) -> None:
    later = clock.now() + timedelta(hours=rules.wait_h(notice.probes.count()))
    enqueue("takedown.probe", {"notice_id": str(notice.id)}, run_at=later)


def _record(action: Action, notice: Notice, actor: Actor, reason: ReasonCode) -> None:
    record(action, kind=ObjectKind.NOTICE, object_id=notice.id, case_id=notice.case_id, actor=actor, reason=reason)
