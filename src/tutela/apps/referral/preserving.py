"""What must be kept because something was filed: who has it, until when, and how it ended.

Rules:

1. A preservation starts in the transaction in which a filing is filed, with a hold on the case: nothing of it is erased
   while the hold stands.
2. It ends on the day that a reviewed duty names. What nobody reviewed proposes a day and sets none: then the hold has
   no end until a person sets one.
3. We keep no media. It names who does: usually the platform on which it was found.
4. It can be extended, never shortened. Where its time is over it ends by a person who says how they know that the
   keeper deleted; that is recorded, and the hold is ended. Until then the case is still held.

    kept ──extend──> kept ──time is over, deletion verified──> ended
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, end_hold, place_hold, record
from tutela.apps.referral import authorities
from tutela.apps.referral.models import Preservation
from tutela.apps.referral.rules import FilingError
from tutela.apps.referral.words import Keeper
from tutela.apps.triage import public as triage
from tutela.domain.actors import SYSTEM, Actor, Permission
from tutela.engine import clock

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tutela.apps.referral.drafts import Draft
    from tutela.apps.referral.models import Filing

NAME_CHARACTERS_MAX: Final = 200


def start(filing: Filing, draft: Draft) -> Preservation:
    """Begin to keep, in the transaction in which something was filed."""
    moment = clock.now()
    duty = next((each for each in authorities.duties(filing.authority, moment.date()) if each.keep_days), None)
    until = duty.kept_until(moment) if duty else None
    platform = next((each.platform for each in draft.reported.accounts if each.platform), "")
    return Preservation.objects.create(
        filing=filing,
        case_id=filing.case_id,
        hold_id=place_hold(SYSTEM, filing.case_id, reason=ReasonCode.PRESERVATION),
        keeper=Keeper.PLATFORM if platform else Keeper.NOBODY,
        keeper_name=platform[:NAME_CHARACTERS_MAX],
        starts_at=moment,
        until=until if duty and duty.is_reviewed else None,
        proposed_until=until,
        source=duty.source[:300] if duty else "",
    )


@transaction.atomic
def extend(actor: Actor, preservation_id: UUID, until: datetime, note: str) -> None:
    """Keep longer, or give an end to what has none."""
    kept = _locked(actor, preservation_id)
    if until <= max(clock.now(), kept.until or clock.now()):
        raise FilingError(_("What is kept is never kept for a shorter time."))
    kept.until, kept.extensions = until, kept.extensions + 1
    kept.save(update_fields=["until", "extensions"])
    _record(Action.PRESERVATION_EXTENDED, kept, actor, note)


@transaction.atomic
def name_keeper(actor: Actor, preservation_id: UUID, keeper: Keeper, name: str) -> None:
    """Keep who has the bytes."""
    kept = _locked(actor, preservation_id)
    kept.keeper, kept.keeper_name = keeper.value, name[:NAME_CHARACTERS_MAX]
    kept.save(update_fields=["keeper", "keeper_name"])
    _record(Action.PRESERVATION_NAMED, kept, actor, "")


@transaction.atomic
def end(actor: Actor, preservation_id: UUID, note: str) -> None:
    """End it: the time is over, and a person verified that the keeper deleted. The note says how they know."""
    kept = _locked(actor, preservation_id)
    if kept.until is None or clock.now() < kept.until:
        raise FilingError(_("It must still be kept."))
    if not note.strip():
        raise FilingError(_("Say how you know that it was deleted."))
    kept.ended_at = clock.now()
    kept.save(update_fields=["ended_at"])
    _record(Action.PRESERVATION_ENDED, kept, actor, note)
    end_hold(actor, kept.hold_id, reason=ReasonCode.RETENTION_ENDED)


def _locked(actor: Actor, preservation_id: UUID) -> Preservation:
    found = Preservation.objects.get(id=preservation_id)
    triage.case(actor, found.case_id, Permission.REFERRAL_FILING_EDIT, lock=True)
    kept = Preservation.objects.select_for_update().get(id=preservation_id)
    if kept.ended_at is not None:
        raise FilingError(_("This has ended already."))
    return kept


def _record(action: Action, kept: Preservation, actor: Actor, note: str) -> None:
    record(
        action,
        kind=ObjectKind.PRESERVATION,
        object_id=kept.id,
        case_id=kept.case_id,
        actor=actor,
        reason=ReasonCode.PRESERVATION,
        note=note,
    )
