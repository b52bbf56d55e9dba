"""Files of reports: taken in by the thousand, resumable, with the outcome of every row kept (law 13).

Rules:

1. A batch of rows, their outcomes and how far the file was read are committed together. Whatever stops an import, the
   same file again goes on where it stopped; a file that was read to its end takes nothing more in.
2. A row is known by its own name, if it has one, whatever file it stands in; else by the file and its number. So a file
   that was mended takes in only what is missing, where its rows have names.
3. Names of rows and of incidents mean something under their sender alone.
4. A scan of seized evidence never becomes a report by itself. Somebody pushes it, names the legal basis, and that stays
   with each report and in the record. Only what a list knows exactly is pushed, without the names of files.

>>> key_of(ReportRow(7, Reported()), sender="partner", digest="ab" * 32)
'file:abababababababababababababababababababab:7'
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Count
from django.shortcuts import get_object_or_404

from tutela.apps.access.public import Target, authorise, desk_of
from tutela.apps.custody.public import Action, ObjectKind, insert_together, pseudonym_of, record
from tutela.apps.intake import rules, services
from tutela.apps.intake.models import Door, Import, ImportRow, Report, RowOutcome
from tutela.domain.actors import Permission
from tutela.domain.errors import TutelaError
from tutela.domain.ids import OrganisationId
from tutela.domain.lists import MatchKind, RejectedRow
from tutela.domain.reports import Incident, LegalBasis, Media, Reported
from tutela.engine import clock
from tutela.engine.formats.reports import ReportRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.domain.actors import Actor
    from tutela.domain.scan import ScanRow
    from tutela.engine.formats.reports import Row

_PROBLEM_CHARACTERS_MAX: Final = 300


class NoLegalBasisError(TutelaError):
    """A scan was to be pushed without saying on what legal basis."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that somebody brought: whose it is, what it is, and by which door its rows come."""

    organisation_id: OrganisationId
    sender: str
    digest: str
    form: str
    door: Door = Door.BULK


def begin(actor: Actor, brought: Brought) -> Import:
    """Return the import of a file: the one that there is, or a new one."""
    authorise(actor, Permission.INTAKE_REPORT_CREATE, Target(brought.organisation_id))
    named = {"organisation_id": brought.organisation_id, "sender": brought.sender, "digest": brought.digest}
    with transaction.atomic():
        run, is_new = Import.objects.get_or_create(**named, defaults={"form": brought.form})
        if is_new:
            record(Action.EXCHANGE_RECEIVED, kind=ObjectKind.EXCHANGE, object_id=run.id, actor=actor)
    return run


def take_in(actor: Actor, brought: Brought, rows: Iterable[Row]) -> Iterator[Import]:
    """Take the rows of a file in, a thousand in a transaction; yield after each commit how far it came."""
    run = begin(actor, brought)
    missing = (row for row in rows if _number(row) > run.rows_done)
    while batch := list(islice(missing, rules.BATCH_REPORTS_MAX)):
        run = _take_batch(actor, brought, run.id, batch)
        yield run
    if run.finished_at is None:
        run.finished_at = clock.now()
        run.save(update_fields=["finished_at"])
    yield run


def imports(actor: Actor) -> QuerySet[Import]:
    """Return the imports of an actor's organisation, newest first."""
    return Import.objects.filter(organisation_id=actor.organisation_id)


def import_of(actor: Actor, import_id: UUID) -> Import:
    """Return an import within reach; `Http404` where there is none."""
    run = get_object_or_404(Import, id=import_id)
    authorise(actor, Permission.INTAKE_IMPORT_READ, Target(OrganisationId(run.organisation_id)))
    return run


def outcomes(run: Import) -> Mapping[RowOutcome, int]:
    """Return how many rows had each outcome."""
    counts = dict(run.rows.order_by().values_list("outcome").annotate(count=Count("id")))
    return {outcome: counts[outcome] for outcome in RowOutcome if outcome in counts}


def require_basis(basis: LegalBasis) -> None:
    """Raise `NoLegalBasisError` where none is named."""
    if basis is LegalBasis.NOT_SAID:
        raise NoLegalBasisError(
            "A scan is pushed only with its legal basis: what was seized must not reach a hotline without one",
            hint=f"Name it: --legal-basis {' or '.join(each.value for each in LegalBasis if each)}",
        )


def scan_rows(rows: Iterable[ScanRow], basis: LegalBasis) -> Iterator[ReportRow]:
    """Return a report for each row that a list knows exactly. A near match is a question, and stays behind."""
    require_basis(basis)
    return _scan_rows(rows, basis)


def key_of(row: ReportRow, *, sender: str, digest: str) -> str:
    """Return the idempotency key of a row."""
    if row.own_id:
        named = f"{sender}\n{row.own_id}".encode("utf-8", "surrogatepass")
        return f"row:{sha256(named).hexdigest()[:48]}"
    return f"file:{digest[:40]}:{row.number}"


def _scan_rows(rows: Iterable[ScanRow], basis: LegalBasis) -> Iterator[ReportRow]:
    for number, row in enumerate(rows, start=1):
        best = row.best
        if row.digests is None or best is None or best.kind is not MatchKind.EXACT:
            continue
        digests = {"sha256": row.digests.sha256, "sha1": row.digests.sha1, "md5": row.digests.md5}
        picture = next(iter(row.hashes), None)
        media = Media(
            digests,
            pdq=picture.pdq if picture else b"",
            pdq_quality=picture.quality if picture else 0,
            category=f"{best.scheme}:{best.classification}" if best.scheme and best.classification else "",
        )
        yield ReportRow(number, Reported(incident=Incident.MATERIAL, media=(media,), legal_basis=basis))


@transaction.atomic
def _take_batch(actor: Actor, brought: Brought, import_id: UUID, batch: Sequence[Row]) -> Import:
    run = Import.objects.select_for_update().get(id=import_id)
    batch = [row for row in batch if _number(row) > run.rows_done]  # another process may bring the same file
    if not batch:
        return run
    read = [(row, _submission(brought, row)) for row in batch if isinstance(row, ReportRow)]
    there = _there(actor, brought, [submission.key for _, submission in read])
    submissions = [submission for _, submission in read]
    answers = services.receive_many(actor, desk_of(brought.organisation_id), submissions)
    kept = [ImportRow(of=run, number=row.line, **_refused(row.reason)) for row in batch if isinstance(row, RejectedRow)]
    for (row, submission), answer in zip(read, answers, strict=True):
        kept.append(ImportRow(of=run, number=row.number, **_outcome(answer, is_there=submission.key in there)))
        there.add(submission.key)
    insert_together(kept)
    run.rows_done = _number(batch[-1])
    run.save(update_fields=["rows_done"])
    return run


def _submission(brought: Brought, row: ReportRow) -> services.Submission:
    reported = row.reported
    if reported.incident_name:
        reported = replace(reported, incident_name=f"{brought.sender}: {reported.incident_name}")
    key = key_of(row, sender=brought.sender, digest=brought.digest)
    return services.Submission(brought.door, key, reported, services.ground_of(row.channel, row.jurisdiction or None))


def _there(actor: Actor, brought: Brought, keys: Sequence[str]) -> set[str]:
    rows = Report.objects.filter(organisation_id=brought.organisation_id, source=pseudonym_of(actor))
    return set(rows.filter(idempotency_key__in=keys).values_list("idempotency_key", flat=True))


def _outcome(
    answer: Report | services.RefusedReportError | services.KeyReusedError, *, is_there: bool
) -> dict[str, object]:
    if isinstance(answer, services.RefusedReportError):
        return _refused(answer.problem.value)
    if isinstance(answer, services.KeyReusedError):
        return {"outcome": RowOutcome.KEY_REUSED, "problem": RowOutcome.KEY_REUSED.value}
    return {"outcome": RowOutcome.THERE if is_there else RowOutcome.TAKEN, "report_id": answer.id}


def _refused(problem: str) -> dict[str, object]:
    return {"outcome": RowOutcome.REFUSED, "problem": problem[:_PROBLEM_CHARACTERS_MAX]}


def _number(row: Row) -> int:
    return row.line if isinstance(row, RejectedRow) else row.number
