"""The verbs of intake: receive, and answer. What is acknowledged is committed, with its leaf, its case and its work."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.crypto import constant_time_compare, salted_hmac

from tutela.apps.access.public import Desk, Target, authorise
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, open_together, pseudonym_of, record
from tutela.apps.intake import rules
from tutela.apps.intake.models import Answer, Door, Report
from tutela.apps.triage import public as triage
from tutela.domain.actors import Actor, Permission
from tutela.domain.addresses import read_address
from tutela.domain.errors import TutelaError
from tutela.domain.ids import ReportId
from tutela.domain.lookups import Channel, Ground
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID


class RefusedReportError(TutelaError):
    """A report was not taken in."""

    def __init__(self, problem: rules.Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class KeyReusedError(TutelaError):
    """The same idempotency key came with another report."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody hands in. `key` is their name for it; `receipt_digest` that of the code they are given, if any."""

    door: Door
    key: str
    address: str
    text: str
    digests: Mapping[str, bytes]
    child_in_danger: bool
    ground: Ground
    has_files: bool = False
    receipt_digest: str = ""


def ground_of(channel: Channel = Channel.PUBLIC, jurisdiction: str | None = None) -> Ground:
    """Return on what ground a report is looked up; where it names no jurisdiction, under the law of this house."""
    return Ground(channel, (jurisdiction or settings.TUTELA.jurisdiction).lower())


def receive(actor: Actor, desk: Desk, submission: Submission) -> Report:
    """Take a report in and return it, after the commit. The same again returns the one that there is.

    Raises:
        RefusedReportError: it carries media, or says nothing that anybody could act on.
        KeyReusedError: its key came before, with something else.
    """
    authorise(actor, Permission.INTAKE_REPORT_CREATE, Target(desk.organisation_id))
    problem = rules.problem_of(
        submission.address,
        submission.text,
        has_files=submission.has_files,
        names_bytes=bool(submission.digests),
        child_in_danger=submission.child_in_danger,
    )
    if problem is not None:
        raise RefusedReportError(problem)
    there = _there(actor, desk, submission)
    if there is None:
        try:
            return _take_in(actor, desk, submission)
        except IntegrityError:  # the same came by another way at the same moment
            there = _there(actor, desk, submission)
            if there is None:
                raise
    if not constant_time_compare(there.fingerprint, _fingerprint(submission)):
        raise KeyReusedError("this idempotency key came before, with another report")
    return there


def reports_of(case_id: UUID, *, count_max: int | None = None) -> Sequence[Report]:
    """Return the reports of a case with what was answered, oldest first. The caller has asked for the case."""
    rows = Report.objects.filter(case_id=case_id).prefetch_related("answers").order_by("received_at", "id")
    reports = list(rows[:count_max])
    open_together([*reports, *(answer for report in reports for answer in report.answers.all())])
    return reports


@transaction.atomic
def answer(actor: Actor, case_id: UUID, report_id: UUID, text: str) -> bool:
    """Answer whoever holds the receipt of a report; False where there is nothing to say."""
    triage.case(actor, case_id, Permission.INTAKE_REPORT_ANSWER, lock=True)
    report = Report.objects.filter(id=report_id, case_id=case_id).exclude(receipt_digest="").first()
    if report is None:
        raise Http404
    if not text:
        return False
    Answer.objects.create(report_id=report.id, case_id=case_id, text=text, said_by=actor.pseudonym)
    record(
        Action.REPORT_ANSWERED,
        kind=ObjectKind.REPORT,
        object_id=report.id,
        case_id=case_id,
        actor=actor,
        reason=ReasonCode.PERSON_DECIDED,
    )
    return True


@transaction.atomic
def _take_in(actor: Actor, desk: Desk, submission: Submission) -> Report:
    report_id = ReportId(clock.new_id())
    arrival = triage.Arrival(
        report_id=report_id,
        organisation_id=desk.organisation_id,
        team_id=desk.team_id,
        address=(read_address(submission.address) or "") if submission.address else "",
        digests=submission.digests,
        child_in_danger=submission.child_in_danger,
        ground=submission.ground,
    )
    placed = triage.place(arrival)
    case_id = placed.case.id
    report = Report.objects.create(
        id=report_id,
        organisation_id=desk.organisation_id,
        case_id=case_id,
        door=submission.door,
        channel=submission.ground.channel,
        jurisdiction=submission.ground.jurisdiction,
        source=pseudonym_of(actor),
        idempotency_key=submission.key,
        fingerprint=_fingerprint(submission),
        receipt_digest=submission.receipt_digest,
        child_in_danger=submission.child_in_danger,
        text=submission.text,
    )
    record(
        Action.REPORT_RECEIVED,
        kind=ObjectKind.REPORT,
        object_id=report.id,
        case_id=case_id,
        actor=actor,
        reason=ReasonCode.CHILD_IN_DANGER if submission.child_in_danger else None,
    )
    triage.take_in(actor, arrival, placed)
    return report


def _there(actor: Actor, desk: Desk, submission: Submission) -> Report | None:
    return Report.objects.filter(
        organisation_id=desk.organisation_id, source=pseudonym_of(actor), idempotency_key=submission.key
    ).first()


def _fingerprint(submission: Submission) -> str:
    digests = {name: digest.hex() for name, digest in sorted(submission.digests.items())}
    sent = [submission.address, submission.text, digests, submission.child_in_danger, str(submission.ground)]
    return salted_hmac("tutela.intake.fingerprint", json.dumps(sent), algorithm="sha256").hexdigest()
