"""Tables: decisions of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID


class Basis(models.TextChoices):
    """What a decision rests on. Whether anybody viewed anything follows from this alone; nothing here was viewed."""

    WITHOUT_VIEWING = "without-viewing"  # an exact match of a list: never an independent assessment


class Decision(models.Model):
    """One decision, and the entry whose assessment it took over. Whatever was noted is sealed in custody."""

    case_id: UUID
    item_id: UUID
    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("triage.Item", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=24, choices=Basis.choices)
    list_name = models.CharField(max_length=64)
    list_version = models.CharField(max_length=64)
    entry_id = models.CharField(max_length=1024)
    classification = models.CharField(max_length=1024, blank=True)
    scheme = models.CharField(max_length=200, blank=True)
    decided_by = models.CharField(max_length=16)  # the pseudonym of a person
    decided_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("-decided_at", "-id")

    def __str__(self) -> str:
        return f"{self.id}"
