"""The verbs of intake: receive, and answer. What is acknowledged is committed, with its leaf, its case and its work."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.crypto import constant_time_compare, salted_hmac

from tutela.apps.access.public import Desk, Target, authorise
from tutela.apps.custody.public import (
    Action,
    Change,
    ObjectKind,
    ReasonCode,
    insert_together,
    open_together,
    pseudonym_of,
    read_together,
    record,
)
from tutela.apps.intake import claimed, rules
from tutela.apps.intake.models import Answer, Door, Refusal, Report
from tutela.apps.intake.quality import gaps_of
from tutela.apps.triage import public as triage
from tutela.domain.actors import Actor, Permission
from tutela.domain.addresses import read_address
from tutela.domain.errors import TutelaError
from tutela.domain.ids import ReportId
from tutela.domain.lookups import Channel, Ground
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from tutela.domain.reports import Reported

_TRIES: Final = 3
_HOLDERS: Final = "receipt"  # whoever holds a receipt names the incident, by whichever door the first report came
_HAS_HOLDER: Final = ~Q(receipt_digest="") | Q(thread__isnull=False)


class RefusedReportError(TutelaError):
    """A report was not taken in."""

    def __init__(self, problem: rules.Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class KeyReusedError(TutelaError):
    """The same idempotency key came with another report."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody hands in. `key` is their name for it; `receipt_digest` that of the code they are given, if any.

    `continues` is the report to which the holder of its receipt adds this one, `written_by` the pseudonym of whoever
    wrote it down for somebody else.
    """

    door: Door
    key: str
    reported: Reported
    ground: Ground
    has_files: bool = False
    receipt_digest: str = ""
    continues: UUID | None = None
    written_by: str = ""


def ground_of(channel: Channel = Channel.PUBLIC, jurisdiction: str | None = None) -> Ground:
    """Return on what ground a report is looked up; where it names no jurisdiction, under the law of this house."""
    return Ground(channel, (jurisdiction or settings.TUTELA.jurisdiction).lower())


def receive(actor: Actor, desk: Desk, submission: Submission) -> Report:
    """Take a report in and return it, after the commit. The same again returns the one that there is.

    Raises:
        RefusedReportError: it carries media, or says nothing that anybody could act on.
        KeyReusedError: its key came before, with something else.
    """
    answer = receive_many(actor, desk, [submission])[0]
    if isinstance(answer, TutelaError):
        raise answer
    return answer


def receive_many(
    actor: Actor, desk: Desk, submissions: Sequence[Submission]
) -> list[Report | RefusedReportError | KeyReusedError]:
    """Take reports in, in one transaction, and answer each as `receive` would, after the commit."""
    authorise(actor, Permission.INTAKE_REPORT_CREATE, Target(desk.organisation_id))
    read = [_read(submission) for submission in submissions]
    if actor.key_id:  # a person sees on the spot what was wrong; a sender learns from counts
        _keep_refusals(actor, desk, submissions, read)
    for _ in range(_TRIES):
        try:
            return _answered(actor, desk, read)
        except IntegrityError:  # one of them came by another way at the same moment: it is there now
            continue
    return _answered(actor, desk, read)


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
    report = Report.objects.filter(_HAS_HOLDER, id=report_id, case_id=case_id).first()
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
def contact_of(actor: Actor, case_id: UUID, report_id: UUID) -> str:
    """Show how a reporter can be reached, to whoever may answer; that it was shown is recorded."""
    triage.case(actor, case_id, Permission.INTAKE_REPORT_ANSWER)
    report = get_object_or_404(Report, id=report_id, case_id=case_id)
    if not report.contact:
        raise Http404
    record(
        Action.CONTACT_SHOWN,
        kind=ObjectKind.REPORT,
        object_id=report.id,
        case_id=case_id,
        actor=actor,
        reason=ReasonCode.PERSON_DECIDED,
    )
    return report.contact


Read = tuple[Submission, str] | RefusedReportError


def _read(submission: Submission) -> Read:
    """Return a submission with its addresses as they are kept, and its fingerprint; or why it is not taken in."""
    reported = submission.reported
    problem = rules.problem_of(reported, has_files=submission.has_files, continues=bool(submission.continues))
    if problem is not None:
        return RefusedReportError(problem)
    addresses = tuple(dict.fromkeys(filter(None, map(read_address, reported.addresses))))
    kept = replace(submission, reported=replace(reported, addresses=addresses))
    return kept, _fingerprint(submission)


def _keep_refusals(actor: Actor, desk: Desk, submissions: Sequence[Submission], read: Sequence[Read]) -> None:
    source = pseudonym_of(actor)
    Refusal.objects.bulk_create(
        Refusal(organisation_id=desk.organisation_id, source=source, door=submission.door, problem=one.problem)
        for submission, one in zip(submissions, read, strict=True)
        if isinstance(one, RefusedReportError)
    )


@transaction.atomic
def _answered(actor: Actor, desk: Desk, read: Sequence[Read]) -> list[Report | RefusedReportError | KeyReusedError]:
    there = {
        report.idempotency_key: report
        for report in read_together(
            Report,
            organisation_id=desk.organisation_id,
            source=pseudonym_of(actor),
            idempotency_key=[one[0].key for one in read if isinstance(one, tuple)],
        )
    }
    fresh: dict[str, tuple[Submission, str]] = {}
    for one in read:
        if isinstance(one, tuple) and one[0].key not in there:
            fresh.setdefault(one[0].key, one)
    there |= _taken_in(actor, desk, list(fresh.values()))
    return [one if isinstance(one, RefusedReportError) else _same(there[one[0].key], one[1]) for one in read]


def _same(report: Report, fingerprint: str) -> Report | KeyReusedError:
    if constant_time_compare(report.fingerprint, fingerprint):
        return report
    return KeyReusedError("this idempotency key came before, with another report")


def _taken_in(actor: Actor, desk: Desk, fresh: Sequence[tuple[Submission, str]]) -> dict[str, Report]:
    """Write reports that are not there yet, with everything that follows from them; return them by their keys."""
    if not fresh:
        return {}
    source = pseudonym_of(actor)
    arrivals = [
        triage.Arrival(
            report_id=ReportId(clock.new_id()),
            organisation_id=desk.organisation_id,
            team_id=desk.team_id,
            reported=submission.reported,
            sender=_HOLDERS if submission.receipt_digest or submission.continues else source,
            ground=submission.ground,
            door=submission.door,
        )
        for submission, _ in fresh
    ]
    placed = triage.place(arrivals)
    changes = [
        Change(
            Action.REPORT_RECEIVED,
            ObjectKind.REPORT,
            arrival.report_id,
            where.case_id,
            reason=_reason_of(arrival.reported),
        )
        for arrival, where in zip(arrivals, placed, strict=True)
    ]
    reports = [
        _report(source, arrival, where, *one) for arrival, where, one in zip(arrivals, placed, fresh, strict=True)
    ]
    insert_together(reports)
    triage.take_in(actor, arrivals, placed, changes)
    return {report.idempotency_key: report for report in reports}


def _reason_of(reported: Reported) -> ReasonCode | None:
    if reported.child_in_danger:
        return ReasonCode.CHILD_IN_DANGER
    return ReasonCode(reported.legal_basis.value) if reported.legal_basis else None


def _report(
    source: str, arrival: triage.Arrival, where: triage.Placed, submission: Submission, fingerprint: str
) -> Report:
    reported = submission.reported
    return Report(
        id=arrival.report_id,
        organisation_id=arrival.organisation_id,
        case_id=where.case_id,
        door=submission.door,
        channel=submission.ground.channel,
        jurisdiction=submission.ground.jurisdiction,
        source=source,
        written_by=submission.written_by,
        idempotency_key=submission.key,
        fingerprint=fingerprint,
        incident=reported.incident,
        receipt_digest=submission.receipt_digest,
        thread_id=submission.continues,
        child_in_danger=reported.child_in_danger,
        text=reported.text,
        claimed=claimed.write(reported),
        contact=reported.contact,
        occurred_at=reported.occurred_at,
        gaps=gaps_of(reported),
        repeats=not where.opens,
    )


def _fingerprint(submission: Submission) -> str:
    reported = submission.reported
    sent = [claimed.write(reported), reported.text, reported.contact, str(submission.ground)]
    sent += [str(submission.continues)] if submission.continues else []
    return salted_hmac("tutela.intake.fingerprint", json.dumps(sent), algorithm="sha256").hexdigest()
