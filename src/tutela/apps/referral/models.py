"""Tables: filings, every call that was made for them, what must be kept because of them, and what authorities said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from tutela.apps.custody.public import EncryptedText
from tutela.apps.referral import rules
from tutela.apps.referral.words import Keeper, Outcome, Said
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models.fields.related_descriptors import RelatedManager


class Filing(models.Model):
    """One report of a case to one authority. At most one that was not withdrawn stands for a case and authority.

    `state` is `rules.Filing`, and `step` its step, to ask by. `turn` grows with each call that is begun: whoever keeps
    an answer shows the turn of its call, so that one who was taken for dead keeps nothing.
    """

    case_id: UUID
    organisation_id: UUID
    calls: RelatedManager[CallMade]
    preservations: RelatedManager[Preservation]
    feedback: RelatedManager[Feedback]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    authority = models.CharField(max_length=64)  # the id of a row of the table
    channel = models.CharField(max_length=16)
    step = models.CharField(max_length=16, choices=[(each.value, each.value) for each in rules.Step])
    state = EncryptedText(subject="case_id")
    turn = models.PositiveIntegerField(default=0)
    draft = EncryptedText(subject="case_id")
    reference = EncryptedText(subject="case_id")  # the authority's number
    written_at = models.DateTimeField(default=clock.now, editable=False)
    written_by = models.CharField(max_length=16)  # the pseudonym of a person
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=16, blank=True)
    due_at = models.DateTimeField(null=True)  # where a reviewed duty names a deadline
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["case", "authority"], condition=~Q(step=rules.Step.WITHDRAWN), name="filing_once"
            ),
        )
        indexes = (models.Index(fields=["organisation", "step", "written_at"], name="filing_steps"),)
        ordering = ("written_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class CallMade(models.Model):
    """One call to an authority: begun, and what came back, byte for byte. `heard` is empty while nothing did."""

    filing_id: UUID
    case_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="calls")
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    turn = models.PositiveIntegerField()
    call = models.CharField(max_length=16, choices=[(each.value, each.value) for each in rules.Call])
    asked = EncryptedText(subject="case_id")  # the document; of an upload nothing but its digest
    begun_at = models.DateTimeField(default=clock.now, editable=False)
    heard = models.CharField(max_length=16, blank=True, choices=[(each.value, each.value) for each in rules.Heard])
    http_status = models.PositiveSmallIntegerField(null=True)
    answer = EncryptedText(subject="case_id")  # as it came, each byte a character (Latin-1)
    request_id = models.CharField(max_length=100, blank=True)  # the authority's name for the call
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["filing", "turn"], name="call_once"),)
        ordering = ("turn",)

    def __str__(self) -> str:
        return f"{self.call} {self.turn}"

    @property
    def verbatim(self) -> bytes:
        """The answer as it came."""
        return (self.answer or "").encode("latin-1")


class Preservation(models.Model):
    """What must be kept because of a filing: who has the bytes, from when, until when, and how it ended.

    `hold_id` is custody's hold on the case: while it stands, nothing of the case is erased. Without `until` it stands
    until a person sets an end; `proposed_until` is what a rule that nobody reviewed would say.
    """

    filing_id: UUID
    case_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="preservations")
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    hold_id = models.UUIDField()
    keeper = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Keeper])
    keeper_name = EncryptedText(subject="case_id")
    starts_at = models.DateTimeField(default=clock.now, editable=False)
    until = models.DateTimeField(null=True)
    proposed_until = models.DateTimeField(null=True)
    source = models.CharField(max_length=300, blank=True)  # of the duty behind it
    extensions = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["until"], name="preservation_until", condition=Q(ended_at=None)),)
        ordering = ("starts_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class Feedback(models.Model):
    """What an authority said of a filing, as a person heard it. What else was said is sealed in custody."""

    filing_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="feedback")
    said = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Said])
    outcome = models.CharField(max_length=24, blank=True, choices=[(each.value, each.value) for each in Outcome])
    kept_by = models.CharField(max_length=16)  # the pseudonym of a person
    kept_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("kept_at", "id")

    def __str__(self) -> str:
        return f"{self.said}"
