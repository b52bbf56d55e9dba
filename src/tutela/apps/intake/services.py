"""The verb of intake: receive. What is acknowledged is committed, with its leaf, its case and its work."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from tutela.apps.access.public import Actor, Desk, Permission, Target, authorise
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, pseudonym_of, record
from tutela.apps.intake import rules
from tutela.apps.intake.models import Channel, Report
from tutela.apps.triage import public as triage
from tutela.domain.addresses import read_address
from tutela.domain.errors import TutelaError
from tutela.domain.ids import ReportId
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Mapping


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

    channel: Channel
    key: str
    address: str
    text: str
    digests: Mapping[str, bytes]
    child_in_danger: bool
    has_files: bool = False
    receipt_digest: str = ""


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


@transaction.atomic
def _take_in(actor: Actor, desk: Desk, submission: Submission) -> Report:
    report_id = ReportId(clock.new_id())
    case_id = triage.take_in(
        actor,
        triage.Arrival(
            report_id=report_id,
            organisation_id=desk.organisation_id,
            team_id=desk.team_id,
            address=(read_address(submission.address) or "") if submission.address else "",
            digests=submission.digests,
            child_in_danger=submission.child_in_danger,
        ),
    )
    report = Report.objects.create(
        id=report_id,
        organisation_id=desk.organisation_id,
        case_id=case_id,
        channel=submission.channel,
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
    return report


def _there(actor: Actor, desk: Desk, submission: Submission) -> Report | None:
    return Report.objects.filter(
        organisation_id=desk.organisation_id, source=pseudonym_of(actor), idempotency_key=submission.key
    ).first()


def _fingerprint(submission: Submission) -> str:
    digests = {name: digest.hex() for name, digest in sorted(submission.digests.items())}
    sent = [submission.address, submission.text, digests, submission.child_in_danger]
    return salted_hmac("tutela.intake.fingerprint", json.dumps(sent), algorithm="sha256").hexdigest()
