"""Deconfliction by file, for units that cannot ask each other: each gives the other its keyed digests.

Rules:

1. Only under an agreement with a unit outside, whose secret both have. A file that was made under another secret is
   refused, not answered with "nothing".
2. A file holds the marks of cases that are not closed, each with the day since when, the newest first, `MARKS_MAX` at
   most; it says how many were left out. No case, no clue, no name. Who has the secret can try guesses on it for as long
   as they have it: it is for partners whom one would answer, too.
3. What is in both is a question to people: it is shown on our cases, as the answer to a question of ours would be. The
   other unit learns it from our file.
4. Making and reading are recorded, with the digest of the file. Reading one twice changes nothing.

    ours:   make -> file -> (by hand) -> theirs: take in -> "another unit has this" on their cases
    theirs: make -> file -> (by hand) -> ours:   take in -> "another unit has this" on our cases
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, time
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Min
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, authorise
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, erased_among, record
from tutela.apps.triage.agreements import Agreement, Inquiry, SharedMark
from tutela.apps.triage.models import Case, CaseState
from tutela.apps.triage.services import TriageError
from tutela.apps.triage.sharing import check_of, key_of
from tutela.domain.actors import Actor, Permission
from tutela.domain.errors import FormatError
from tutela.domain.ids import OrganisationId
from tutela.engine.formats import marks_json
from tutela.engine.formats.marks_json import MARKS_MAX, Mark, Marks

_MARKS_AT_ONCE: Final = 5_000


@transaction.atomic
def make(actor: Actor, agreement_id: UUID) -> bytes:
    """Return our file for the other unit."""
    agreement = outside(actor, agreement_id)
    rows = SharedMark.objects.filter(agreement=agreement).exclude(case__state=CaseState.CLOSED)
    listed = rows.values_list("mark").annotate(since=Min("case__opened_at")).order_by("-since", "mark")
    marks = tuple(Mark(mark, since.date()) for mark, since in listed[:MARKS_MAX])
    left_out = max(0, rows.values("mark").distinct().count() - MARKS_MAX)
    content = marks_json.write(Marks(check_of(key_of(agreement)), marks, left_out))
    _record(Action.EXCHANGE_SENT, agreement, actor, content)
    return content


@transaction.atomic
def take_in(actor: Actor, agreement_id: UUID, content: bytes) -> list[Case]:
    """Read the other unit's file; return our cases of which it has something, the newest first.

    Raises:
        TriageError: it is no such file, or was made under another secret.
    """
    agreement = outside(actor, agreement_id)
    try:
        given = marks_json.read(content)
    except FormatError as error:
        raise TriageError(_("This is no file of keyed digests. Nothing was read.")) from error
    if not hmac.compare_digest(given.check, check_of(key_of(agreement))):
        raise TriageError(_("This file was made under another secret. Nothing was compared."))
    _record(Action.EXCHANGE_RECEIVED, agreement, actor, content)
    since = _since_when(agreement, given)
    there = Inquiry.objects.filter(agreement=agreement, found=True, case_id__in=since)
    fresh = sorted(since.keys() - set(there.values_list("case_id", flat=True)))
    Inquiry.objects.bulk_create(
        Inquiry(
            organisation_id=agreement.organisation_id,
            agreement=agreement,
            case_id=case_id,
            is_ours=True,
            marks=[],  # they gave theirs: none was asked of them
            found=True,
            since=since[case_id],
        )
        for case_id in fresh
    )
    return list(Case.objects.filter(id__in=since).order_by("-opened_at", "id"))


def outside(actor: Actor, agreement_id: UUID) -> Agreement:
    """Return an agreement with a unit outside that is in force, within reach; `Http404` where there is none."""
    found = Agreement.objects.filter(id=agreement_id).first()
    if found is None:
        raise Http404
    authorise(actor, Permission.TRIAGE_AGREEMENT_EDIT, Target(OrganisationId(found.organisation_id)))
    if found.other_id is not None or found.ended_at is not None or not found.secret:
        raise Http404
    return found


def _since_when(agreement: Agreement, given: Marks) -> dict[UUID, datetime]:
    """Return our cases that are in their file, and since when they have the earliest of what is in both."""
    days = {each.mark: each.since for each in given.marks}
    marks, found = list(days), dict[UUID, datetime]()
    for first in range(0, len(marks), _MARKS_AT_ONCE):
        some = SharedMark.objects.filter(agreement=agreement, mark__in=marks[first : first + _MARKS_AT_ONCE])
        for case_id, mark in some.values_list("case_id", "mark"):
            moment = datetime.combine(days[mark], time(), UTC)
            found[case_id] = min(moment, found.get(case_id, moment))
    erased = erased_among(set(found))
    return {case_id: moment for case_id, moment in found.items() if case_id not in erased}


def _record(action: Action, agreement: Agreement, actor: Actor, content: bytes) -> None:
    record(
        action,
        kind=ObjectKind.AGREEMENT,
        object_id=agreement.id,
        actor=actor,
        digests={"sha256": hashlib.sha256(content).digest()},
        reason=ReasonCode.PERSON_DECIDED,
    )
