"""Tables: takedowns, who can act on each, notices, looks, and what came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from tutela.apps.custody.public import EncryptedText
from tutela.apps.takedown import rules
from tutela.engine import clock
from tutela.engine.removal import Finding, Matter, Rung, Sort, State
from tutela.engine.responsible import Confidence, Source

if TYPE_CHECKING:
    from datetime import datetime
    from enum import StrEnum
    from uuid import UUID

    from django.db.models.fields.related_descriptors import RelatedManager


def _choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    return [(each.value, each.value) for each in words]


class Takedown(models.Model):
    """One item at one address, from the order to the end. At most one is open for an address.

    `matter` is what the engine decides by; the columns beside it are its state, for queries. `due_at` is when it is
    looked at next; the address stands with the location.
    """

    case_id: UUID
    item_id: UUID
    location_id: UUID
    organisation_id: UUID
    notices: RelatedManager[Notice]
    parties: RelatedManager[Party]
    probes: RelatedManager[Probe]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("triage.Item", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("triage.Location", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=clock.now, editable=False)
    state = models.CharField(max_length=16, choices=_choices(State), default=State.DUE.value)
    matter = models.JSONField(default=dict)  # `rules.plain`
    due_at = models.DateTimeField(null=True)
    site_mark = models.CharField(max_length=64, blank=True)  # blind index of the site, for its circuit
    host = models.CharField(max_length=100, blank=True)  # who holds it, as a table or a registry names them
    network = models.CharField(max_length=100, blank=True)
    jurisdiction = models.CharField(max_length=2, blank=True)
    kind = models.CharField(max_length=100, blank=True)  # the Content-Type that was first seen
    scheme = models.CharField(max_length=200, blank=True)  # of the list by which it was decided
    classification = models.CharField(max_length=1024, blank=True)  # what that list says
    first_sent_at = models.DateTimeField(null=True)  # ever
    gone_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    returned = models.PositiveSmallIntegerField(default=0)
    circuit = models.CharField(max_length=16, blank=True)  # why nothing is sent about this site, if so
    circuit_cleared_at = models.DateTimeField(null=True)  # a person looked, and has it go on
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["location"], condition=Q(ended_at=None), name="takedown_open_once"),
        )
        indexes = (
            models.Index(fields=["due_at"], name="takedown_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["organisation", "opened_at", "id"], name="takedown_board", condition=Q(ended_at=None)),
            models.Index(fields=["site_mark", "opened_at"], name="takedown_site"),
        )
        ordering = ("opened_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"

    def read(self) -> Matter:
        """Return what the engine decides by."""
        return rules.read(self.matter)

    def keep(self, matter: Matter, moment: datetime) -> None:
        """Take a matter over, with every column that says the same."""
        self.matter, self.state, self.due_at = rules.plain(matter), matter.state.value, matter.look_at()
        self.gone_at, self.removed_at, self.returned = matter.gone_at, matter.removed_at, matter.returned
        self.ended_at = self.ended_at or moment if matter.ended else None


class Party(models.Model):
    """Somebody who can act on one takedown, who said so, and how sure that makes us."""

    class Standing(models.TextChoices):
        """Whether they can be told."""

        USABLE = "usable"
        BOUNCED = "bounced"
        REFUSED = "refused"

    case_id: UUID
    takedown_id: UUID
    notices: RelatedManager[Notice]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    takedown = models.ForeignKey(Takedown, on_delete=models.PROTECT, related_name="parties")
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    rung = models.CharField(max_length=16, choices=_choices(Rung))
    name = models.CharField(max_length=100, blank=True)
    reach = EncryptedText(subject="case_id")  # a mailbox, or the address of a form
    is_form = models.BooleanField(default=False)
    fronts = models.BooleanField(default=False)
    language = models.CharField(max_length=2, blank=True)  # of letters to them
    source = models.CharField(max_length=16, choices=_choices(Source))
    confidence = models.CharField(max_length=8, choices=_choices(Confidence))
    place = models.PositiveSmallIntegerField(default=0)  # the surest first
    found_at = models.DateTimeField(default=clock.now, editable=False)
    standing = models.CharField(max_length=8, choices=Standing.choices, default=Standing.USABLE)

    class Meta:
        ordering = ("place", "found_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class Notice(models.Model):
    """One notice about one address to one who must act. It waits until it is sent, or is not wanted any more."""

    class Kind(models.TextChoices):
        """What it says."""

        NOTICE = "notice"
        AGAIN = "again"
        CORRECTION = "correction"  # it was an error

    case_id: UUID
    takedown_id: UUID
    party_id: UUID | None
    organisation_id: UUID
    replies: RelatedManager[Reply]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    takedown = models.ForeignKey(Takedown, on_delete=models.PROTECT, related_name="notices")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="notices")
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("access.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.NOTICE)
    address = EncryptedText(subject="case_id")
    recipient = EncryptedText(subject="case_id")
    recipient_mark = models.CharField(max_length=64, blank=True)  # blind index of the recipient, for the pace
    message = EncryptedText(subject="case_id")  # as it was sent
    name = models.CharField(max_length=64, blank=True)  # of that message: what an answer refers to
    is_form = models.BooleanField(default=False)  # a person fills a form in
    ordered_at = models.DateTimeField(default=clock.now, editable=False)
    try_at = models.DateTimeField(null=True)  # None: not to be sent any more
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["try_at", "id"], name="notice_to_send", condition=Q(try_at__isnull=False)),
            models.Index(fields=["recipient_mark", "sent_at"], name="notice_pace"),
            models.Index(fields=["name"], name="notice_name", condition=~Q(name="")),
        )
        ordering = ("ordered_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class Probe(models.Model):
    """One round of looks whether it is still there. `seen` holds each look, with the headers that may be kept."""

    case_id: UUID
    takedown_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    takedown = models.ForeignKey(Takedown, on_delete=models.PROTECT, related_name="probes")
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    done_at = models.DateTimeField(default=clock.now, editable=False)
    finding = models.CharField(max_length=16, choices=_choices(Finding))
    vantages = models.PositiveSmallIntegerField(default=1)
    http_status = models.PositiveSmallIntegerField(null=True)  # of the first look
    failure = models.CharField(max_length=32, blank=True)
    seen = EncryptedText(subject="case_id")  # JSON: an address may stand in a header

    class Meta:
        ordering = ("done_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"


class Reply(models.Model):
    """What came back to a notice. What people wrote is sealed, and waits until somebody has read it."""

    case_id: UUID
    notice_id: UUID

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="replies")
    case = models.ForeignKey("triage.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    received_at = models.DateTimeField(default=clock.now, editable=False)
    sort = models.CharField(max_length=12, choices=_choices(Sort))
    text = EncryptedText(subject="case_id")
    answer = models.CharField(max_length=16, blank=True)  # one of `removal.Answer`, as whoever read it says
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("received_at", "id")

    def __str__(self) -> str:
        return f"{self.id}"
