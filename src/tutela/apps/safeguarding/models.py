"""Tables: concerns about children in danger now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from tutela.apps.safeguarding.rules import Answer
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID


class Concern(models.Model):
    """One open question: is the child safe? At most one is open for a case. What people write is sealed in custody."""

    case_id: UUID
    organisation_id: UUID
    team_id: UUID | None

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, null=True, related_name="+")
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
