"""Tables of what links cases and items beyond their clues: moves by people, look-alikes, assessments, series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models.fields.related_descriptors import RelatedManager


class Move(models.Model):
    """One time that a person moved reports from one case to another, and what moved with them.

    `because` is what linked the two: a kind of clue, or `LIKENESS`. `clues` are those that led to the one case and lead
    to the other since.
    """

    class Kind(models.TextChoices):
        """In which direction."""

        MERGED = "merged"  # the whole case
        TAKEN_OUT = "taken-out"  # one report

    LIKENESS = "likeness"

    from_case_id: UUID
    to_case_id: UUID
    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    from_case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    to_case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    because = models.CharField(max_length=8, blank=True)
    reports = models.JSONField(default=list)  # their ids
    clues = models.JSONField(default=list)  # their ids
    moved_at = models.DateTimeField(default=clock.now, editable=False)
    moved_by = models.CharField(max_length=16)  # the pseudonym of a person
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ("moved_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class Likeness(models.Model):
    """Two items that look alike: a question for a person, and what the person said. It never carries anything."""

    class Answer(models.TextChoices):
        """What a person said."""

        OPEN = ""
        SAME = "same"
        NOT_SAME = "not-same"

    item_id: UUID
    other_id: UUID
    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("triage.Item", on_delete=models.PROTECT, related_name="+")  # the one that came later
    other = models.ForeignKey("triage.Item", on_delete=models.PROTECT, related_name="+")
    distance_bits = models.PositiveSmallIntegerField()
    threshold_bits = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    answer = models.CharField(max_length=8, blank=True, choices=Answer.choices, default=Answer.OPEN)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=16, blank=True)  # the pseudonym of a person

    class Meta:
        constraints = (models.UniqueConstraint(fields=["item", "other"], name="likeness_once"),)
        ordering = ("distance_bits", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class Assessment(models.Model):
    """What a person of this organisation decided an item is, by its exact bytes. Other cases that have it carry it.

    `basis` is a word of the app that decides; one without viewing never counts as independent.
    """

    item_id: UUID
    case_id: UUID
    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("triage.Item", on_delete=models.PROTECT, related_name="assessments")
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")  # in which it was decided
    basis = models.CharField(max_length=24)
    list_name = models.CharField(max_length=64, blank=True)
    classification = models.CharField(max_length=1024, blank=True)
    scheme = models.CharField(max_length=200, blank=True)
    assessed_at = models.DateTimeField(default=clock.now, editable=False)
    assessed_by = models.CharField(max_length=16)  # the pseudonym of a person
    retracted_at = models.DateTimeField(null=True)  # it was an error: it counts no more, and cases say so

    class Meta:
        ordering = ("assessed_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class Series(models.Model):
    """Material of the same child, as a list names it or a person here decided. `name` is a code, never a person's."""

    class Status(models.TextChoices):
        """Whether the child is known to those who keep the list."""

        NOT_SAID = "not-said"
        UNIDENTIFIED = "unidentified"
        IDENTIFIED = "identified"

    organisation_id: UUID
    members: RelatedManager[SeriesItem]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    list_name = models.CharField(max_length=64, blank=True)  # empty: a person here began it
    name = models.CharField(max_length=100)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.NOT_SAID)
    begun_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organisation", "list_name", "name"], name="series_once"),)
        ordering = ("list_name", "name")

    def __str__(self) -> str:
        return self.name


class SeriesEntry(models.Model):
    """One entry of a list that is of a series."""

    series_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="entries")
    entry_id = models.CharField(max_length=1024)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["series", "entry_id"], name="series_entry_once"),)
        indexes = (models.Index(fields=["entry_id"], name="series_entry_found"),)

    def __str__(self) -> str:
        return f"{self.id}"


class SeriesItem(models.Model):
    """One item that is of a series: by an exact match of a list's entry, or because a person decided so."""

    series_id: UUID
    item_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="members")
    item = models.ForeignKey("triage.Item", on_delete=models.PROTECT, related_name="+")
    list_version = models.CharField(max_length=64, blank=True)
    decided_by = models.CharField(max_length=16, blank=True)  # the pseudonym of a person; empty: a list says so
    joined_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["series", "item"], name="series_item_once"),)

    def __str__(self) -> str:
        return f"{self.id}"


class Erased(models.Model):
    """How many sightings of a series in one month were erased with their cases: the number, and nothing else."""

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="erased")
    month = models.DateField()  # its first day
    sightings = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["series", "month"], name="erased_month_once"),)
        ordering = ("month",)

    def __str__(self) -> str:
        return f"{self.id}"
