"""Tables: who there is. What they may do is in `rules`, what can happen to them in `services`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tutela.apps.custody.public import EncryptedText, blind_index
from tutela.domain.actors import Role
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.db.models.fields.related_descriptors import ManyRelatedManager, RelatedManager


class OrganisationKind(models.TextChoices):
    """What an organisation is."""

    HOTLINE = "hotline", _("Hotline")
    PLATFORM = "platform", _("Platform")
    POLICE = "police", _("Police unit")
    MINISTRY = "ministry", _("Ministry")
    CIVIL_SOCIETY = "civil-society", _("Civil society")


class Organisation(models.Model):
    """A legal body. Nothing of one is visible to another."""

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=32, choices=OrganisationKind.choices, default=OrganisationKind.HOTLINE)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People who share a queue."""

    organisation_id: UUID
    people: ManyRelatedManager[Person, Membership]
    memberships: RelatedManager[Membership]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(pgettext_lazy("of a team", "Name"), max_length=100)
    skills = models.JSONField(default=list)  # of `domain.skills.Skill`
    languages = models.JSONField(default=list)  # ISO 639
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organisation", "name"], name="team_name_once"),)
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class FrontDesk(models.Model):
    """Who takes what the public reports: at most one organisation, and one of its teams or all of it."""

    organisation_id: UUID
    team_id: UUID | None

    door = models.CharField(max_length=8, primary_key=True, default="public", editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.organisation_id}"


def sign_in_name(email: str) -> str:
    """Return the name by which a person is found at sign-in: a blind index of their address, whatever its case."""
    return blind_index("access.person.email", email.strip().lower())


class PersonManager(BaseUserManager["Person"]):
    """Finds people by e-mail address, which is nowhere in clear."""

    def with_email(self, email: str) -> QuerySet[Person]:
        """Return the person with this address, if there is one."""
        return self.filter(sign_in_name=sign_in_name(email))


class Person(AbstractBaseUser):
    """Somebody who works here. Exports and the ledger know the pseudonym only.

    Name and address are sealed under a key of this person's own, which ends with their account; `sign_in_name` finds
    them. The sign-in library takes it for the address, so no table, session or cache of its own holds the true one.

    Three states: *invited* (no usable password yet), *active*, *ended*. The password hash and `epoch` are part of every
    session's check, so raising `epoch` ends all sessions at once.
    """

    organisation_id: UUID
    grants: RelatedManager[RoleGrant]
    memberships: RelatedManager[Membership]

    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="people")
    email = EncryptedText(subject="id")
    name = EncryptedText(subject="id")
    sign_in_name = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - none after the end
    pseudonym = models.CharField(max_length=16, unique=True, editable=False)
    is_active = models.BooleanField(default=True)
    teams = models.ManyToManyField(Team, through="Membership", related_name="people")
    epoch = models.PositiveIntegerField(default=0, editable=False)
    setup_digest = models.CharField(max_length=64, blank=True, editable=False)
    setup_expires_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = PersonManager()

    USERNAME_FIELD = "sign_in_name"
    EMAIL_FIELD = "sign_in_name"
    REQUIRED_FIELDS = ["name"]  # noqa: RUF012 - the type that Django declares

    class Meta(AbstractBaseUser.Meta):
        abstract = False
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return self.pseudonym

    def get_session_auth_hash(self) -> str:
        """Tie sessions to the password and to the epoch."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self) -> Any:
        """Yield the same under each former secret key."""
        from django.conf import settings  # noqa: PLC0415 - as Django's own

        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret)

    def _session_hash(self, secret: str | None) -> str:
        value = f"{self.password}:{self.epoch}"
        return salted_hmac("tutela.access.session", value, secret=secret, algorithm="sha256").hexdigest()


class RoleGrant(models.Model):
    """One role of one person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=32, choices=[(role.value, role.value) for role in Role])

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "role"], name="role_once"),)

    def __str__(self) -> str:
        return self.role


class Membership(models.Model):
    """One person in one team."""

    person_id: UUID
    team_id: UUID
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "team"], name="member_once"),)

    def __str__(self) -> str:
        return f"{self.person_id} in {self.team_id}"


class OptOut(models.Model):
    """Which kinds of incident one person does not want to see in their queue: theirs alone to read.

    Sealed under the key of the person, so it ends with their account. A row says only that they once chose.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="+")
    incidents = EncryptedText(subject="person_id")  # words of `domain.reports.Incident`, apart by blanks

    def __str__(self) -> str:
        return "opt-out"


class ApiKey(models.Model):
    """A machine's key. Only a digest of the secret is kept; the prefix names the key in pages and logs."""

    organisation_id: UUID
    id = models.UUIDField(primary_key=True, default=clock.new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="keys")
    name = models.CharField(pgettext_lazy("of a key", "Name"), max_length=100)
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(default=list)
    requests_per_minute_max = models.PositiveIntegerField(default=600)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.CharField(max_length=16, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.prefix
