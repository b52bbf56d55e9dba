"""Tables: cases, the items in them, where these stand, and what lists say about them.

Every report writes ten of these rows, and every index again: a foreign key has one of its own (`db_index`) only where
no constraint or other index begins with it and something asks by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from tutela.apps.custody.public import EncryptedText
from tutela.apps.triage.agreements import Agreement, Inquiry, SharedMark
from tutela.apps.triage.linked import Assessment, Erased, Likeness, Move, Series, SeriesEntry, SeriesItem
from tutela.domain.lists import PDQ_QUALITY_MIN_DEFAULT, MatchKind
from tutela.domain.lookups import Channel, Ground
from tutela.domain.reports import ClueKind
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models.fields.related_descriptors import RelatedManager

__all__ = [
    "Agreement",
    "Assessment",
    "Case",
    "CaseState",
    "Clue",
    "Erased",
    "Handover",
    "Inquiry",
    "Item",
    "Likeness",
    "Location",
    "Lookup",
    "Match",
    "Mention",
    "Move",
    "RoutingPlan",
    "Series",
    "SeriesEntry",
    "SeriesItem",
    "SharedMark",
    "Sighting",
    "Weighting",
    "WeightingState",
]


class CaseState(models.TextChoices):
    """Where a case stands."""

    WAITING = "waiting"  # for a person's decision
    CONFIRMED = "confirmed"
    CLOSED = "closed"


class Case(models.Model):
    """What is worked on, protected, held and erased as one. Its id names its key and its chain of custody."""

    organisation_id: UUID
    team_id: UUID | None
    locations: RelatedManager[Location]
    sightings: RelatedManager[Sighting]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=16, choices=CaseState.choices, default=CaseState.WAITING)
    child_in_danger = models.BooleanField(default=False)
    report_count = models.PositiveIntegerField(default=0)
    score_even = models.IntegerField(default=0)  # by weights with an even number: see `ranking`
    score_odd = models.IntegerField(default=0)
    signals = models.TextField(blank=True)  # what is known, without numbers of sentences: `rules.read`
    reasons = models.JSONField(default=list)  # the same, of [code, units, count]
    facts = models.JSONField(default=dict)  # what reports claimed, together: see `rules.Claims`
    route = models.JSONField(default=dict)  # how it came to its first team: see `routing.kept`
    opened_at = models.DateTimeField(default=clock.now, editable=False)
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=24, blank=True)  # one of `rules.Closing`

    class Meta:
        indexes = (
            models.Index(
                fields=["organisation", "-score_even", "opened_at", "id"],
                name="case_queue_even",
                condition=Q(state=CaseState.WAITING),
            ),
            models.Index(
                fields=["organisation", "-score_odd", "opened_at", "id"],
                name="case_queue_odd",
                condition=Q(state=CaseState.WAITING),
            ),
            models.Index(
                fields=["organisation", "team", "-score_even", "opened_at", "id"],
                name="case_team_queue_even",
                condition=Q(state=CaseState.WAITING),
            ),
            models.Index(
                fields=["organisation", "team", "-score_odd", "opened_at", "id"],
                name="case_team_queue_odd",
                condition=Q(state=CaseState.WAITING),
            ),
        )

    def __str__(self) -> str:
        return f"{self.id}"


class WeightingState(models.TextChoices):
    """Where a version of the weights stands."""

    RANKING = "ranking"  # cases are being weighed by it; those before it still order the queue
    IN_FORCE = "in-force"
    REPLACED = "replaced"


class Weighting(models.Model):
    """One version of the weights of an organisation, and who adopted it, when and why. It never changes."""

    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    points = models.JSONField()  # `weights.Weights.plain`
    state = models.CharField(max_length=8, choices=WeightingState.choices, default=WeightingState.RANKING)
    adopted_at = models.DateTimeField(default=clock.now, editable=False)
    adopted_by = models.CharField(max_length=64)
    reason = EncryptedText(subject="id")
    in_force_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organisation", "number"], name="weighting_once"),
            models.UniqueConstraint(
                fields=["organisation", "state"],
                name="weighting_of_one_state",
                condition=~Q(state=WeightingState.REPLACED),
            ),
        )
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"{self.number}"


class RoutingPlan(models.Model):
    """One version of the rules by which new cases come to teams. It never changes; the newest is in force."""

    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    rules = models.JSONField()  # `routing.plain`
    adopted_at = models.DateTimeField(default=clock.now, editable=False)
    adopted_by = models.CharField(max_length=64)
    reason = EncryptedText(subject="id")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organisation", "number"], name="routing_plan_once"),)
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"{self.number}"


class Item(models.Model):
    """One run of bytes, known by its digests, never by itself; or what stands on a page that nobody has read yet.

    It belongs to no case: whatever case it is sighted in, what is known of it is known. `fold` is the name under which
    sightings of it meet.
    """

    organisation_id: UUID
    lookups: RelatedManager[Lookup]
    matches: RelatedManager[Match]
    sightings: RelatedManager[Sighting]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    fold = models.CharField(max_length=72, null=True, editable=False)  # noqa: DJ001 - none is not an empty one: many have none
    md5 = models.CharField(max_length=32, blank=True)
    sha1 = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    pdq = models.CharField(max_length=64, blank=True)
    pdq_quality = models.PositiveSmallIntegerField(default=0)
    likeness_place = models.PositiveIntegerField(null=True, editable=False)  # in the index of look-alikes: `likeness`

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organisation", "fold"], name="item_once"),
            models.UniqueConstraint(fields=["organisation", "likeness_place"], name="item_likeness_place"),
        )
        indexes = (
            models.Index(
                fields=["organisation", "id"],
                name="item_not_compared",
                condition=Q(likeness_place=None, pdq_quality__gte=PDQ_QUALITY_MIN_DEFAULT) & ~Q(pdq=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.id}"

    @property
    def digests(self) -> dict[str, bytes]:
        """The digests that are known, raw."""
        named = {"sha256": self.sha256, "sha1": self.sha1, "md5": self.md5}
        return {name: bytes.fromhex(digest) for name, digest in named.items() if digest}


class Sighting(models.Model):
    """One report of an item: each one more time that it goes round."""

    case_id: UUID
    item_id: UUID
    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sightings", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="sightings", db_index=False)
    report_id = models.UUIDField()
    seen_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["item", "report_id"], name="sighting_once"),)
        indexes = (models.Index(fields=["case", "item"], name="sighting_case"),)
        ordering = ("seen_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class Clue(models.Model):
    """One thing by which reports meet: a page, an account, an incident, a file. `mark` is its blind index.

    `home` is the case to which a report with this clue goes, unless a stronger one leads elsewhere. A clue that led to
    a case that was erased has no mark any more.
    """

    home_id: UUID
    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=[(each.value, each.value) for each in ClueKind])
    mark = models.CharField(max_length=64, null=True)  # noqa: DJ001 - none is not an empty one: many have none
    home = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organisation", "mark"], name="clue_once"),)

    def __str__(self) -> str:
        return f"{self.id}"


class Mention(models.Model):
    """One report that has a clue. `led_here` where this clue decided on its case."""

    case_id: UUID
    clue_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="mentions")
    clue = models.ForeignKey(Clue, on_delete=models.PROTECT, related_name="mentions", db_index=False)
    report_id = models.UUIDField(db_index=True)
    led_here = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["clue", "report_id"], name="mention_once"),)

    def __str__(self) -> str:
        return f"{self.id}"


class Location(models.Model):
    """One address at which an item was reported; once a case, by the blind index of its page."""

    case_id: UUID
    item_id: UUID
    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="locations", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="locations")
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    address = EncryptedText(subject="case_id")
    mark = models.CharField(max_length=64)
    reported_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "mark"], name="location_once"),)
        ordering = ("reported_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class Lookup(models.Model):
    """One time that the lists are asked about an item, or are not, and on what ground. It waits until it is done."""

    item_id: UUID
    organisation_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="lookups")
    channel = models.CharField(max_length=24, choices=[(each.value, each.value) for each in Channel])
    jurisdiction = models.CharField(max_length=2, blank=True)
    was_refused = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["item", "channel", "jurisdiction"], condition=Q(done_at=None), name="lookup_waiting_once"
            ),
        )
        indexes = (models.Index(fields=["organisation", "id"], condition=Q(done_at=None), name="lookup_waiting"),)
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.ground)

    @property
    def ground(self) -> Ground:
        """On what ground."""
        return Ground(Channel(self.channel), self.jurisdiction)


class Match(models.Model):
    """What one entry of one version of a list says about an item."""

    item_id: UUID
    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="matches")
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in MatchKind])
    signal = models.CharField(max_length=16)
    list_name = models.CharField(max_length=64)
    list_version = models.CharField(max_length=64)
    entry_id = models.CharField(max_length=1024)
    classification = models.CharField(max_length=1024, blank=True)
    scheme = models.CharField(max_length=200, blank=True)
    owner = models.CharField(max_length=200, blank=True)
    found_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["item", "list_name", "list_version", "entry_id"], name="match_once"),
        )
        indexes = (models.Index(fields=["entry_id", "list_name"], name="match_entry", condition=Q(kind="exact")),)
        ordering = ("kind", "list_name", "id")  # exact before near

    def __str__(self) -> str:
        return f"{self.id}"


class Handover(models.Model):
    """One time that a case was offered to a team, and what that team said. At most one is open for a case."""

    class State(models.TextChoices):
        """What became of it."""

        OFFERED = "offered"
        ACCEPTED = "accepted"
        REFUSED = "refused"

    case_id: UUID
    organisation_id: UUID
    to_team_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="handovers")
    from_team = models.ForeignKey("access.Team", on_delete=models.PROTECT, null=True, related_name="+")
    to_team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=State.choices, default=State.OFFERED)
    offered_at = models.DateTimeField(default=clock.now, editable=False)
    offered_by = models.CharField(max_length=16)  # the pseudonym of a person
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["case"], condition=Q(state="offered"), name="handover_open_once"),
        )
        ordering = ("offered_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"
