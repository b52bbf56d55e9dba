"""Is another unit already on it? Asked by keyed digests, never by content, and only where both sides agreed.

Rules:

1. Two organisations of an installation agree by each naming the other. With one outside, a secret is exchanged by
   people, and the other asks with a machine's key (`POST /api/v1/deconfliction`), or both give each other files
   (`mark_files`).
2. Each clue of a report (an account, a page, a file) is kept once more under the key of each agreement, when the report
   comes; those of earlier reports as soon as somebody agreed, and the page says until when they are not all there.
   Whoever sees a mark learns nothing without the key, and the key of one agreement opens no other.
3. The answer is yes or no, since when, and whom to talk to: no case, no clue, no count. `MARKS_A_DAY_MAX` bounds what a
   side may ask under an agreement in a day: a list of guesses is not worth it.
4. Both sides keep what was asked, and record it. What is found is shown on the cases of both.
5. What was erased is not found any more. An agreement ends when either side says so; nothing is asked from then on.

How marks are made and kept: `sharing`.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, acting_as, authorise, organisation_named
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, erased_among, record
from tutela.apps.triage import sharing
from tutela.apps.triage.agreements import Agreement, Inquiry, SharedMark
from tutela.apps.triage.services import TriageError, case
from tutela.domain.actors import SYSTEM, Actor, Permission
from tutela.domain.ids import OrganisationId
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.apps.triage.models import Case

MARKS_A_DAY_MAX: Final = 2_000
MARKS_AT_ONCE_MAX: Final = 50
_SECRET_BYTES: Final = 32
_SECRET: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another unit has something of a case: whose it is, and since when."""

    name: str
    since: datetime | None


class AskedTooMuchError(TriageError):
    """More was asked under one agreement than a day allows."""


#### Agreeing ####


def agreements(organisation_id: UUID) -> QuerySet[Agreement]:
    """Return the agreements of an organisation that it has not ended."""
    return Agreement.objects.filter(organisation_id=organisation_id, ended_at=None).select_related("contact")


def holds(agreement: Agreement) -> bool:
    """Whether both sides agreed."""
    return agreement.other_id is None or _theirs(agreement) is not None


def agree_inside(actor: Actor, name: str, contact_id: UUID | None) -> Agreement:
    """Say that another organisation of this installation may ask, and be asked. It holds once they say so, too."""
    _may_agree(actor)
    with acting_as(SYSTEM):  # nobody sees another organisation, so it must be named in full
        other_id = organisation_named(name.strip())
    if other_id is None or other_id == actor.organisation_id:
        raise TriageError(_("There is no other organisation of this name here."))
    return _agree(actor, Agreement(other_id=other_id, name=name.strip(), contact_id=contact_id, secret=""))


def agree_outside(
    actor: Actor, name: str, machine_id: UUID | None, contact_id: UUID | None, *, secret: str = ""
) -> Agreement:
    """Agree with somebody outside, who asks with a machine's key or, without one, by file (`mark_files`).

    The secret is that which they made, or a new one: it is in what is returned, to be shown once.
    """
    _may_agree(actor)
    if secret and not _SECRET.fullmatch(secret):
        raise TriageError(_("A secret has 64 digits and letters from a to f."))
    secret = secret or secrets.token_hex(_SECRET_BYTES)
    return _agree(actor, Agreement(name=name.strip(), machine_id=machine_id, contact_id=contact_id, secret=secret))


@transaction.atomic
def end(actor: Actor, agreement_id: UUID) -> None:
    """End an agreement from this side."""
    found = Agreement.objects.select_for_update().filter(id=agreement_id, ended_at=None).first()
    if found is None:
        raise Http404
    authorise(actor, Permission.TRIAGE_AGREEMENT_EDIT, Target(OrganisationId(found.organisation_id)))
    found.ended_at = clock.now()
    found.save(update_fields=["ended_at"])
    SharedMark.objects.filter(agreement=found).delete()
    _record(Action.AGREEMENT_ENDED, found, actor)


def _may_agree(actor: Actor) -> None:
    if actor.organisation_id is None:
        raise Http404
    authorise(actor, Permission.TRIAGE_AGREEMENT_EDIT, Target(actor.organisation_id))


def _agree(actor: Actor, made: Agreement) -> Agreement:
    assert actor.organisation_id is not None
    made.organisation_id = actor.organisation_id
    try:
        with transaction.atomic():
            _record(Action.AGREEMENT_MADE, made, actor)
            made.save(force_insert=True)
            sharing.ask_earlier()
    except IntegrityError as error:
        raise TriageError(_("There is such an agreement already.")) from error
    return made


#### Asking ####


def elsewhere(case_id: UUID) -> list[Elsewhere]:
    """Return who else has something of a case, as far as anybody asked. The caller has asked for the case."""
    found = Inquiry.objects.filter(case_id=case_id, found=True).select_related("agreement").order_by("asked_at", "id")
    return list({each.agreement_id: Elsewhere(each.agreement.name, each.since) for each in found}.values())


@transaction.atomic
def ask(actor: Actor, case_id: UUID) -> list[Elsewhere]:
    """Ask every organisation of this installation with which it is agreed whether it has something of a case.

    Raises:
        AskedTooMuchError: an agreement allows no more today.
    """
    ours = case(actor, case_id, Permission.REVIEW_ITEM_DECIDE, lock=True)
    inside = list(agreements(ours.organisation_id).filter(other__isnull=False))
    with acting_as(SYSTEM):  # what both agreed to, and nothing else
        for agreement in inside:
            theirs = _theirs(agreement)
            if theirs is not None:
                _ask_one(actor, ours, agreement, theirs)
        return elsewhere(case_id)


@transaction.atomic
def answer(actor: Actor, marks: Sequence[str]) -> tuple[list[bool], str] | None:
    """Answer a machine of somebody outside: for each mark yes or no, and whom to talk to if any is there.

    None where no agreement names its key: nobody looked.

    Raises:
        AskedTooMuchError: its agreement allows no more today.
    """
    if actor.organisation_id is None or actor.key_id is None:
        return None
    agreement = agreements(actor.organisation_id).filter(machine_id=actor.key_id).first()
    if agreement is None:
        return None
    _refuse_guessing(agreement, len(marks))
    hits = _hits(agreement, marks)
    _keep_answer(agreement, marks, {each.case_id for each in hits})
    _record(Action.DECONFLICTION_ASKED, agreement, actor)
    known = {each.mark for each in hits}
    contact = agreement.contact.name if agreement.contact and known else ""
    return [mark in known for mark in marks], contact


def _ask_one(actor: Actor, ours: Case, agreement: Agreement, theirs: Agreement) -> None:
    marks = sorted(SharedMark.objects.filter(agreement=agreement, case=ours).values_list("mark", flat=True))
    _refuse_guessing(agreement, len(marks))
    hits = _hits(theirs, marks)
    since = min((each.case.opened_at for each in hits), default=None)
    Inquiry.objects.create(
        organisation_id=agreement.organisation_id,
        agreement=agreement,
        case=ours,
        is_ours=True,
        marks=marks,
        found=bool(hits),
        since=since,
    )
    _keep_answer(theirs, marks, {each.case_id for each in hits}, since=ours.opened_at)
    record(
        Action.DECONFLICTION_ASKED,
        kind=ObjectKind.CASE,
        object_id=ours.id,
        case_id=ours.id,
        actor=actor,
        reason=ReasonCode.PERSON_DECIDED,
    )
    _record(Action.DECONFLICTION_ASKED, theirs, actor)


def _theirs(agreement: Agreement) -> Agreement | None:
    with acting_as(SYSTEM):
        rows = Agreement.objects.filter(organisation_id=agreement.other_id, other_id=agreement.organisation_id)
        return rows.filter(ended_at=None).first()


def _hits(agreement: Agreement, marks: Collection[str]) -> list[SharedMark]:
    rows = list(SharedMark.objects.filter(agreement=agreement, mark__in=marks).select_related("case"))
    erased = erased_among({each.case_id for each in rows})
    return [each for each in rows if each.case_id not in erased]


def _keep_answer(
    agreement: Agreement, marks: Sequence[str], case_ids: Collection[UUID], *, since: datetime | None = None
) -> None:
    """Keep a question on the side that answers: once, and once more for each further case that it found."""
    Inquiry.objects.bulk_create(
        Inquiry(
            organisation_id=agreement.organisation_id,
            agreement=agreement,
            case_id=case_id,
            is_ours=False,
            marks=list(marks) if not number else [],
            found=case_id is not None,
            since=since if case_id else None,
        )
        for number, case_id in enumerate(sorted(case_ids) or [None])
    )


def _refuse_guessing(agreement: Agreement, count: int) -> None:
    """Refuse what is more than a day's worth under one agreement. Two who ask at once wait for each other."""
    Agreement.objects.select_for_update().get(id=agreement.id)
    lately = Inquiry.objects.filter(agreement=agreement, asked_at__gt=clock.now() - timedelta(days=1))
    if sum(map(len, lately.values_list("marks", flat=True))) + count > MARKS_A_DAY_MAX:
        raise AskedTooMuchError(_("More was asked than this agreement allows in a day. Ask again tomorrow."))


def _record(action: Action, agreement: Agreement, actor: Actor) -> None:
    record(
        action,
        kind=ObjectKind.AGREEMENT,
        object_id=agreement.id,
        actor=actor,
        reason=ReasonCode.PARTNER_REQUEST if action is Action.DECONFLICTION_ASKED else ReasonCode.PERSON_DECIDED,
    )
