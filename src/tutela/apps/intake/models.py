"""Tables: reports, as they came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from tutela.apps.custody.public import EncryptedText
from tutela.domain.lookups import Channel
from tutela.domain.reports import Incident
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models.fields.related_descriptors import RelatedManager


class Door(models.TextChoices):
    """By which door."""

    API = "api"
    FORM = "form"
    CALL = "call"  # somebody told a colleague, who wrote it down
    BULK = "bulk"  # a file of reports
    MACHINE = "machine"  # our own: the gateway, the crawler, a scan that somebody pushed


class Report(models.Model):
    """One report. Of who sent it through the public form nothing is kept: no account, no address of a machine.

    `idempotency_key` is the sender's name for it, `fingerprint` a keyed digest of what was sent: the same again is the
    same report, something else under the same name is refused. `thread` is the report to which the holder of its
    receipt added this one; null for that itself. Nobody reads a thread but by its receipt.
    """

    case_id: UUID
    organisation_id: UUID
    thread_id: UUID | None
    answers: RelatedManager[Answer]
    additions: RelatedManager[Report]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    door = models.CharField(max_length=8, choices=Door.choices)
    channel = models.CharField(max_length=24, choices=[(each.value, each.value) for each in Channel])
    jurisdiction = models.CharField(max_length=2, blank=True)
    source = models.CharField(max_length=40)  # a machine's pseudonym in the record, or the public's
    written_by = models.CharField(max_length=16, blank=True)  # the pseudonym of a person who wrote a call down
    idempotency_key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    incident = models.CharField(max_length=24, choices=[(each.value, each.value) for each in Incident])
    receipt_digest = models.CharField(max_length=64, blank=True)
    thread = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="additions")
    child_in_danger = models.BooleanField(default=False)
    text = EncryptedText(subject="case_id")  # exposure: shown only to who asks for it
    claimed = EncryptedText(subject="case_id")  # the rest of a `Reported`, as `claimed` writes it
    contact = EncryptedText(subject="id")  # under a key of its own, so that it can be erased before the case is
    occurred_at = models.DateTimeField(null=True)
    gaps = models.PositiveIntegerField(null=True)  # what it lacks, a `quality.Gap`; null: from before anybody asked
    repeats = models.BooleanField(default=False)  # something that was reported before
    received_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organisation", "source", "idempotency_key"], name="report_once"),
        )
        indexes = (
            models.Index(fields=["organisation", "source", "received_at"], name="report_sent"),
            models.Index(fields=["receipt_digest"], name="report_receipt", condition=~Q(receipt_digest="")),
        )

    def __str__(self) -> str:
        return f"{self.id}"


class Refusal(models.Model):
    """One report of a machine that was not taken in: why, and nothing of what it said."""

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=40)
    door = models.CharField(max_length=8, choices=Door.choices)
    problem = models.CharField(max_length=24)  # one of `rules.Problem`
    at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        indexes = (models.Index(fields=["organisation", "source", "at"], name="refusal_sent"),)

    def __str__(self) -> str:
        return f"{self.id}"


class Answer(models.Model):
    """What the organisation says to whoever holds the receipt."""

    case_id: UUID
    report_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="answers")
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    text = EncryptedText(subject="case_id")
    said_by = models.CharField(max_length=16)  # the pseudonym of a person; the reporter does not see it
    said_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("said_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class Import(models.Model):
    """A file of reports, by the digest of its bytes. Up to row `rows_done` every row has its outcome, for good."""

    organisation_id: UUID
    rows: RelatedManager[ImportRow]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    sender = models.CharField(max_length=100)  # under which the file's own names of rows and incidents mean something
    form = models.CharField(max_length=16)
    rows_done = models.PositiveBigIntegerField(default=0)
    begun_at = models.DateTimeField(default=clock.now, editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-begun_at", "-id")
        constraints = (models.UniqueConstraint(fields=["organisation", "sender", "digest"], name="import_once"),)

    def __str__(self) -> str:
        return f"{self.id}"


class RowOutcome(models.TextChoices):
    """What became of one row of a file."""

    TAKEN = "taken"
    THERE = "there-already"
    REFUSED = "refused"
    KEY_REUSED = "key-reused"


class ImportRow(models.Model):
    """What became of one row. `problem` is a code, or a sentence that does not quote the row."""

    of_id: UUID

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveBigIntegerField()
    outcome = models.CharField(max_length=16, choices=RowOutcome.choices)
    problem = models.CharField(max_length=300, blank=True)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["of", "number"], name="import_row_once"),)

    def __str__(self) -> str:
        return f"{self.of_id}:{self.number}"


class Transfer(models.Model):
    """One time that a case was offered to another organisation, and what that said. At most one is open for a case.

    `name` is how the sender named it; without `to_organisation` it is not one of this installation.
    """

    class State(models.TextChoices):
        """What became of it."""

        OFFERED = "offered"
        ACCEPTED = "accepted"
        REFUSED = "refused"

    case_id: UUID
    organisation_id: UUID
    to_organisation_id: UUID | None

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    to_organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    name = EncryptedText(subject="id")
    summary = EncryptedText(subject="id")
    answer = EncryptedText(subject="id")
    because = models.CharField(max_length=24, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OFFERED)
    offered_at = models.DateTimeField(default=clock.now, editable=False)
    offered_by = models.CharField(max_length=16)  # the pseudonym of a person
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["case"], condition=Q(state="offered"), name="transfer_open_once"),
        )
        ordering = ("offered_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"
