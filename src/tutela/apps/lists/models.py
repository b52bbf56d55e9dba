"""Tables: what an organisation itself lists, the versions it publishes, and who takes them.

An entry never changes what it says: whoever took it can rely on its id. `ListChange` is the whole history: what is in
version n is what was changed last, up to n, to be in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from tutela.apps.custody.public import EncryptedText
from tutela.apps.lists.rules import ASSESSORS_MIN, Kind, State, Why
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models.fields.related_descriptors import RelatedManager

_KINDS = [(each.value, each.value) for each in Kind]


class ListPolicy(models.Model):
    """What an organisation demands of its own lists. Its row is what publishing waits for, one at a time."""

    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.OneToOneField("access.Organisation", on_delete=models.PROTECT, related_name="+")
    assessors_min = models.PositiveSmallIntegerField(default=ASSESSORS_MIN)
    matches_here = models.BooleanField(default=False)  # this installation, all of it, matches by the hash list
    adopted_at = models.DateTimeField(null=True)
    adopted_by = models.CharField(max_length=16, blank=True)

    def __str__(self) -> str:
        return f"{self.id}"


class OwnEntry(models.Model):
    """One value that an organisation lists, or might, or did. Its id is what it is called in every version.

    `mark` is the value as a blind index; a value has one entry, and one more each time that it was superseded.
    `assessments` are the ids of those that it was listed by.
    """

    case_id: UUID
    item_id: UUID
    organisation_id: UUID
    changes: RelatedManager[ListChange]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=_KINDS)
    mark = models.CharField(max_length=64)
    item = models.ForeignKey("triage.Item", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")  # in which it was proposed
    address = EncryptedText(subject="id")  # with a key of its own: it outlives its case
    md5 = models.CharField(max_length=32, blank=True)
    sha1 = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    pdq = models.CharField(max_length=64, blank=True)
    classification = models.CharField(max_length=64, blank=True)
    scheme = models.CharField(max_length=64, blank=True)
    assessments = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=[(each.value, each.value) for each in State], default=State.PROPOSED)
    why = models.CharField(max_length=10, blank=True, choices=[(each.value, each.value) for each in Why])
    is_published = models.BooleanField(default=False)  # whether it is in the newest version
    is_renewed = models.BooleanField(default=False)  # its re-check date moved since the newest version
    proposed_at = models.DateTimeField(default=clock.now, editable=False)
    proposed_by = models.CharField(max_length=16)
    listed_at = models.DateTimeField(null=True)
    recheck_on = models.DateField(null=True)  # only an address
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "kind", "mark"],
                condition=~Q(why=Why.SUPERSEDED.value),
                name="own_entry_once",
            ),
        )
        indexes = (models.Index(fields=["organisation", "kind", "state", "-id"], name="own_entry_listed"),)
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.id}"

    @property
    def label(self) -> str:
        """Class and scheme as they are published: a class means nothing without its scheme."""
        return f"{self.scheme}:{self.classification}" if self.scheme else self.classification


class ListVersion(models.Model):
    """One publication. `digest` is SHA-256 of its statement, which names the digests of its files and that before."""

    organisation_id: UUID
    changes: RelatedManager[ListChange]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=_KINDS)
    number = models.PositiveIntegerField()
    entries = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    withdrawn = models.PositiveIntegerField()
    statement = models.TextField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=clock.now, editable=False)
    made_by = models.CharField(max_length=16)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organisation", "kind", "number"], name="list_version_once"),)
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"{self.number}"


class ListChange(models.Model):
    """One entry that came into a version, was renewed in it, or left. A row that says it left is the tombstone."""

    version_id: UUID
    entry_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    version = models.ForeignKey(ListVersion, on_delete=models.PROTECT, related_name="changes", db_index=False)
    entry = models.ForeignKey(OwnEntry, on_delete=models.PROTECT, related_name="changes")
    is_in = models.BooleanField()
    recheck_on = models.DateField(null=True)  # only of an address
    why = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["version", "entry"], name="list_change_once"),)

    def __str__(self) -> str:
        return f"{self.id}"


class Taker(models.Model):
    """The newest version that a key has taken of a list."""

    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=_KINDS)
    key_id = models.UUIDField()
    number = models.PositiveIntegerField()
    taken_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organisation", "kind", "key_id"], name="taker_once"),)
        ordering = ("-taken_at",)

    def __str__(self) -> str:
        return f"{self.id}"
