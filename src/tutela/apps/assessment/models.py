"""Tables: data that came in and rows that did not, releases and editions, self-assessments, studies, actions.

What has an organisation is seen by that organisation alone (row-level security). Only `PublishedProfile` has none: it
is a frozen copy, made by whoever publishes, and for everybody who may read profiles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from tutela.apps.assessment.rules import Stage, StudyKind
from tutela.apps.custody.public import EncryptedText
from tutela.engine import clock
from tutela.engine.assessment.actions import State, Theme
from tutela.engine.assessment.capability import Answer
from tutela.engine.assessment.certainty import Certainty

if TYPE_CHECKING:
    from enum import StrEnum
    from uuid import UUID

    from django.db.models.fields.related_descriptors import RelatedManager

_PSEUDONYM = 64
_TITLE = 200


def _choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    return [(each.value, each.value) for each in words]


class DataSet(models.Model):
    """One package of tables that somebody handed in. Taken whole, or refused with every row that is the reason."""

    organisation_id: UUID
    refusals: RelatedManager[Refusal]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=_TITLE)
    sha256 = models.CharField(max_length=64)
    was_taken = models.BooleanField()
    row_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)  # all of them; `refusals` keeps the first ones
    tables = models.BinaryField(default=bytes)  # `packing.pack`, where it was taken
    imported_at = models.DateTimeField(default=clock.now, editable=False)
    imported_by = models.CharField(max_length=_PSEUDONYM)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "sha256"], name="data_set_once", condition=models.Q(was_taken=True)
            ),
        )
        ordering = ("-imported_at", "-id")

    def __str__(self) -> str:
        return self.title


class Refusal(models.Model):
    """One row that was not taken: where it stands and why. What it said is not kept."""

    id = models.BigAutoField(primary_key=True)
    data_set = models.ForeignKey(DataSet, on_delete=models.PROTECT, related_name="refusals")
    table = models.CharField(max_length=80)
    line = models.PositiveIntegerField()
    reason = models.CharField(max_length=16)
    words = models.CharField(max_length=300)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.table}:{self.line}"


class OwnCount(models.Model):
    """What one app counted for an organisation in one month, once the month was over. It never changes: see `own`."""

    organisation_id: UUID

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    month = models.DateField()  # its first day
    name = models.CharField(max_length=64)
    count = models.PositiveBigIntegerField()
    counted_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organisation", "month", "name"], name="own_count_once"),)
        ordering = ("month", "name")

    def __str__(self) -> str:
        return f"{self.name} {self.month}"


class Correction(models.Model):
    """One value that was wrong: what it was, what it is, why. The value it replaces stays in older releases."""

    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    indicator = models.CharField(max_length=64)
    area = models.CharField(max_length=14)
    span = models.CharField(max_length=32)
    cell = models.CharField(max_length=_TITLE, blank=True)
    was = models.FloatField(null=True)
    becomes = models.FloatField(null=True)  # None: it is withdrawn
    source = models.CharField(max_length=64)  # of the registry
    reason = models.CharField(max_length=1000)
    corrected_at = models.DateTimeField(default=clock.now, editable=False)
    corrected_by = models.CharField(max_length=_PSEUDONYM)

    class Meta:
        ordering = ("corrected_at", "id")

    def __str__(self) -> str:
        return f"{self.indicator} {self.area} {self.span}"


class Release(models.Model):
    """Every definition and value as they stood, frozen under a digest. It never changes."""

    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=_TITLE)
    is_baseline = models.BooleanField(default=False)
    digest = models.CharField(max_length=64)
    tables = models.BinaryField()  # `packing.pack`
    made_at = models.DateTimeField(default=clock.now, editable=False)
    made_by = models.CharField(max_length=_PSEUDONYM)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organisation", "number"], name="release_once"),)
        ordering = ("-number",)

    def __str__(self) -> str:
        return self.title


class Profile(models.Model):
    """One self-assessment of a country by the Model National Response, for one edition. Private until published."""

    organisation_id: UUID
    answers: RelatedManager[CapabilityAnswer]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    country = models.CharField(max_length=3)  # ISO 3166-1 alpha-3
    edition = models.CharField(max_length=80)
    begun_at = models.DateTimeField(default=clock.now, editable=False)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organisation", "country", "edition"], name="profile_once"),)
        ordering = ("-begun_at", "-id")

    def __str__(self) -> str:
        return f"{self.country} {self.edition}"


class CapabilityAnswer(models.Model):
    """What a self-assessment says about one of the 21 capabilities: whether it exists *and* whether it works."""

    profile_id: UUID
    documents: RelatedManager[Document]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="answers")
    capability = models.PositiveSmallIntegerField()  # 1..21
    existence = models.CharField(max_length=16, choices=_choices(Answer))
    implementation = models.CharField(max_length=16, choices=_choices(Answer))
    evidence = EncryptedText(subject="profile_id")
    next_step = EncryptedText(subject="profile_id")
    answered_at = models.DateTimeField(default=clock.now)
    answered_by = models.CharField(max_length=_PSEUDONYM)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["profile", "capability"], name="capability_answer_once"),)
        ordering = ("capability",)

    def __str__(self) -> str:
        return f"{self.capability}"


class Document(models.Model):
    """A document that shows what an answer says. It stays with its owner: only its digest is here, to recognise it."""

    answer_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    answer = models.ForeignKey(CapabilityAnswer, on_delete=models.PROTECT, related_name="documents")
    title = models.CharField(max_length=_TITLE)
    place = models.CharField(max_length=400)
    dated = models.DateField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["answer", "sha256"], name="document_once"),)
        ordering = ("added_at", "id")

    def __str__(self) -> str:
        return self.title


class PublishedProfile(models.Model):
    """A frozen copy of a self-assessment, as its country published it: no evidence text, no documents, no people."""

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    profile_id = models.UUIDField(unique=True)
    country = models.CharField(max_length=3)
    edition = models.CharField(max_length=80)
    answers = models.JSONField()  # `rules.Said.plain` of each capability
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("country", "-published_at")

    def __str__(self) -> str:
        return f"{self.country} {self.edition}"


class Study(models.Model):
    """One question put to the data, as it was asked, its answer, and the release that it was asked of."""

    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=_choices(StudyKind))
    title = models.CharField(max_length=_TITLE)
    asked = models.JSONField()
    state = models.CharField(max_length=8, choices=_choices(Stage), default=Stage.WAITING)
    result = models.JSONField(null=True)
    refused_because = models.CharField(max_length=500, blank=True)
    data_digest = models.CharField(max_length=64)  # of the data that it was asked of: `packing.digest`
    made_at = models.DateTimeField(default=clock.now, editable=False)
    made_by = models.CharField(max_length=_PSEUDONYM)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-made_at", "-id")

    def __str__(self) -> str:
        return self.title


class Edition(models.Model):
    """A release made into a report that people read. Its files lie in `TUTELA_HOME/editions`, their digests here."""

    organisation_id: UUID
    release_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=_TITLE)
    asked = models.JSONField()  # `editing.Order.plain`
    state = models.CharField(max_length=8, choices=_choices(Stage), default=Stage.WAITING)
    files_made = models.PositiveIntegerField(default=0)
    file_count = models.PositiveIntegerField(default=0)  # 0 until it is known
    files = models.JSONField(default=list)  # [name, bytes, SHA-256] of each, once all are there
    refused_because = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    asked_by = models.CharField(max_length=_PSEUDONYM)
    built_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-asked_at", "-id")

    def __str__(self) -> str:
        return self.title


class TrackedAction(models.Model):
    """What follows from a finding: an action, who owns it, and the indicator that will show whether it helped."""

    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    theme = models.CharField(max_length=16, choices=_choices(Theme))
    finding = models.CharField(max_length=500)
    action = models.CharField(max_length=500)
    owner = models.CharField(max_length=_TITLE)  # an organisation or an office, never a person
    indicator = models.CharField(max_length=64)
    due_on = models.DateField(null=True)
    progress = models.CharField(max_length=16, choices=_choices(State), default=State.PLANNED)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("theme", "due_on", "id")

    def __str__(self) -> str:
        return self.action


class WatchedStatement(models.Model):
    """One dated statement about an emerging threat: its source, and how certain it is. It is never rewritten."""

    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    lens = models.CharField(max_length=16)
    statement = models.CharField(max_length=1000)
    dated = models.DateField()
    source = models.CharField(max_length=500)
    certainty = models.CharField(max_length=16, choices=_choices(Certainty))
    kept_at = models.DateTimeField(default=clock.now, editable=False)
    kept_by = models.CharField(max_length=_PSEUDONYM)

    class Meta:
        ordering = ("-dated", "-id")

    def __str__(self) -> str:
        return self.statement


class PlatformCheck(models.Model):
    """One self-assessment of a platform by the six duties of GTA 2018, section 8. What differs is a new one."""

    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    platform = models.CharField(max_length=_TITLE)
    answers = models.JSONField()  # name of a duty -> [existence, implementation]
    made_at = models.DateTimeField(default=clock.now, editable=False)
    made_by = models.CharField(max_length=_PSEUDONYM)

    class Meta:
        ordering = ("-made_at", "-id")

    def __str__(self) -> str:
        return self.platform
