"""Tables of the record. Nothing in them is personal, save what is sealed under a key that can be destroyed.

`Leaf` spells the fields of an entry exactly as the ledger does, as text: a row *is* its entry, on either database, and
no conversion stands between what is stored, what is hashed and what is exported.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tutela.engine import clock


class Leaf(models.Model):
    """One state change. Inserted without a place; the sequencer gives `position` and `previous`, once.

    `serial` follows cause and effect: whatever was committed before a leaf was inserted has a smaller one, whatever the
    clock said. `object_id` and `chain_id` are for finding; the entry itself holds a salted digest. `sealed` keeps what
    that digest was made of, under the key of the case. Every index here is written twice a leaf, so there are few.
    """

    serial = models.BigAutoField(primary_key=True)
    position = models.BigIntegerField(null=True, unique=True)
    chain_id = models.UUIDField()
    object_id = models.UUIDField()
    event = models.CharField(max_length=36)
    time = models.CharField(max_length=27)
    actor = models.CharField(max_length=40)
    action = models.CharField(max_length=65)
    kind = models.CharField(max_length=32)
    object = models.CharField(max_length=64)
    reason = models.CharField(max_length=32)
    policy = models.CharField(max_length=15)
    previous = models.CharField(max_length=36, default="")
    detail = models.CharField(max_length=36, default="")
    detail_digest = models.CharField(max_length=64, default="")
    sealed = models.BinaryField(default=bytes)

    class Meta:
        indexes = (
            models.Index(fields=["serial"], name="leaf_waiting", condition=Q(position=None)),
            models.Index(fields=["chain_id", "position"], name="leaf_chain"),
        )
        constraints = (models.UniqueConstraint(fields=["event"], name="leaf_event_once"),)

    def __str__(self) -> str:
        return self.event


class Tile(models.Model):
    """Up to 256 hashes of the tree, under the path that C2SP tlog-tiles gives a full tile. Made from the leaves."""

    path = models.CharField(max_length=80, primary_key=True)
    hashes = models.BinaryField()

    def __str__(self) -> str:
        return self.path


class Checkpoint(models.Model):
    """What was signed when the log had `size` entries. Every one is kept."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    signed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-size",)

    def __str__(self) -> str:
        return f"{self.size}"


class Reason(models.Model):
    """What a person wrote about one state change, encrypted. A leaf points here, with a salted digest of the words."""

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    subject_id = models.UUIDField(db_index=True)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.id}"


class DataKey(models.Model):
    """The key of one case or subject, wrapped by a master key. To destroy it is to erase the subject, for good."""

    subject_id = models.UUIDField(primary_key=True)
    wrapped = models.BinaryField(default=bytes)
    master = models.CharField(max_length=16)
    created_at = models.DateTimeField(default=clock.now)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["master"], name="data_key_master"),)

    def __str__(self) -> str:
        return f"{self.subject_id}"


class Hold(models.Model):
    """A legal duty to preserve. While one is in force, its subject cannot be erased."""

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    subject_id = models.UUIDField(db_index=True)
    reason = models.CharField(max_length=32)
    placed_at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("placed_at",)

    def __str__(self) -> str:
        return f"{self.id}"


class Disposal(models.Model):
    """What the daily retention did with one subject, or why it did nothing: no refusal is silent."""

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    at = models.DateTimeField(default=clock.now, db_index=True)
    subject_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=32)
    outcome = models.CharField(max_length=32)
    rule = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.id}"
