"""Tables: children whom somebody must see to, the services that are asked, and who is on call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from tutela.apps.custody.public import EncryptedText
from tutela.apps.safeguarding.rules import Answer, Step
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models.fields.related_descriptors import RelatedManager


class Concern(models.Model):
    """One open question: is the child safe? At most one is open for a case. What people write is sealed in custody."""

    case_id: UUID
    organisation_id: UUID
    team_id: UUID | None
    referrals: RelatedManager[Referral]
    alerts: RelatedManager[Alert]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, null=True, related_name="+")
    causes = models.JSONField(default=list)  # of `rules.Cause`
    in_danger = models.BooleanField(default=True)  # now: the case is with a person, not in the queue
    raised_at = models.DateTimeField(default=clock.now, editable=False)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.CharField(max_length=16, blank=True)  # the pseudonym of a person
    answer = models.CharField(max_length=16, blank=True, choices=[(each.value, each.value) for each in Answer])
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case"], condition=Q(closed_at=None), name="concern_open_once"),)
        ordering = ("raised_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class Referral(models.Model):
    """One service that is asked to protect a child. Every time is kept: clocks are shown from them.

    `service` is the id of a row of the directory, empty where none is configured: then `recipient` says whom somebody
    found. `due_at` is there only where a reviewed row names a deadline.
    """

    case_id: UUID
    concern_id: UUID
    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="referrals")
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    jurisdiction = models.CharField(max_length=2, blank=True)  # as a report named it; empty: none did
    service = models.CharField(max_length=64, blank=True)
    step = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Step], default=Step.OPEN)
    recipient = EncryptedText(subject="case_id")
    reference = EncryptedText(subject="case_id")  # under which the service knows it
    opened_at = models.DateTimeField(default=clock.now, editable=False)
    handed_over_at = models.DateTimeField(null=True)
    handed_over_by = models.CharField(max_length=16, blank=True)
    due_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["concern", "jurisdiction", "service"], condition=Q(step=Step.OPEN), name="referral_open_once"
            ),
        )
        ordering = ("opened_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class OnCall(models.Model):
    """One person on call, of one team or of the whole organisation. The lowest `place` is asked first."""

    person_id: UUID
    team_id: UUID | None

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("access.Team", on_delete=models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey("access.Person", on_delete=models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("place", "id")

    def __str__(self) -> str:
        return f"{self.person_id}"


class Alert(models.Model):
    """One time that somebody was asked to look, or why nobody could be asked."""

    concern_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="alerts")
    asked = models.CharField(max_length=16, blank=True)  # the pseudonym of a person
    failure = models.CharField(max_length=24, blank=True)  # one of `alerting.Failure`
    at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        indexes = (models.Index(fields=["asked", "at"], name="alert_asked"),)
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.id}"
