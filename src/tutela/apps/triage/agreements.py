"""Tables of deconfliction: with whom it is agreed, what can be compared under that, and what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from tutela.apps.custody.public import EncryptedText
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID


class Agreement(models.Model):
    """One organisation's side of an agreement, with another one of this installation or with one outside.

    Inside, it holds once the other has a row for this one. Outside, `machine_id` is the key with which the other asks,
    and `secret` what digests are made under.
    """

    organisation_id: UUID
    other_id: UUID | None

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200)  # of the other
    machine_id = models.UUIDField(null=True)
    secret = EncryptedText(subject="id")
    contact = models.ForeignKey("access.Team", on_delete=models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(default=clock.now, editable=False)
    read_upto = models.UUIDField(null=True, editable=False)  # the last earlier report whose clues are kept: `sharing`
    read_all_at = models.DateTimeField(null=True, editable=False)  # when those of all earlier ones were
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "other"], name="agreement_inside_once", condition=Q(ended_at=None)
            ),
            models.UniqueConstraint(
                fields=["organisation", "machine_id"], name="agreement_outside_once", condition=Q(ended_at=None)
            ),
        )
        ordering = ("name", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class SharedMark(models.Model):
    """One clue of one case, under the key of one agreement."""

    case_id: UUID
    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    mark = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["agreement", "mark", "case"], name="shared_mark_once"),)

    def __str__(self) -> str:
        return f"{self.id}"


class Inquiry(models.Model):
    """One question, as one side keeps it: which marks were asked about, and whether something was there.

    `case` is that of this side: the one about which it asked, or one that it found. `since` is when the other's began.
    """

    agreement_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, null=True, related_name="+")
    is_ours = models.BooleanField()
    marks = models.JSONField()
    found = models.BooleanField()
    since = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        indexes = (models.Index(fields=["agreement", "asked_at"], name="inquiry_lately"),)
        ordering = ("-asked_at", "-id")

    def __str__(self) -> str:
        return f"{self.id}"
