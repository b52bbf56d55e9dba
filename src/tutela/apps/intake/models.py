"""Tables: reports, as they came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

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
    same report, something else under the same name is refused.
    """

    case_id: UUID
    organisation_id: UUID
    answers: RelatedManager[Answer]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    door = models.CharField(max_length=8, choices=Door.choices)
    channel = models.CharField(max_length=24, choices=[(each.value, each.value) for each in Channel])
    jurisdiction = models.CharField(max_length=2, blank=True)
    source = models.CharField(max_length=40)  # a machine's pseudonym in the record, or the public's
    idempotency_key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    incident = models.CharField(max_length=24, choices=[(each.value, each.value) for each in Incident])
    receipt_digest = models.CharField(max_length=64, blank=True, db_index=True)
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
        indexes = (models.Index(fields=["organisation", "source", "received_at"], name="report_sent"),)

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
