"""Tables: notices and probes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from tutela.apps.custody.public import EncryptedText
from tutela.apps.takedown.rules import Verdict
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models.fields.related_descriptors import RelatedManager


class Notice(models.Model):
    """One notice about one address to the one who must act. At most one is open for an address."""

    case_id: UUID
    item_id: UUID
    location_id: UUID
    organisation_id: UUID
    probes: RelatedManager[Probe]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("triage.Item", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("triage.Location", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    address = EncryptedText(subject="case_id")
    recipient = EncryptedText(subject="case_id")
    ordered_at = models.DateTimeField(default=clock.now, editable=False)
    sent_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    watched_from = models.DateTimeField(default=clock.now)  # probes before it do not count towards stopping
    stopped_at = models.DateTimeField(null=True)  # probing came to nothing; a person sees it

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["location"], condition=Q(gone_at=None), name="notice_open_once"),
        )
        ordering = ("ordered_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class Probe(models.Model):
    """One look whether it is still there."""

    notice_id: UUID
    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="probes")
    done_at = models.DateTimeField(default=clock.now, editable=False)
    verdict = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Verdict])
    http_status = models.PositiveSmallIntegerField(null=True)
    failure = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ("done_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"
