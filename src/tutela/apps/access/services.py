"""The verbs of access: each is one transaction that changes state and records it in custody, or does neither.

Whoever calls hands in the actor; each verb asks the golden table about its target before it touches anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.access import credentials, second_factor
from tutela.apps.access.models import (
    ApiKey,
    FrontDesk,
    Membership,
    Organisation,
    OrganisationKind,
    Person,
    RoleGrant,
    Team,
    sign_in_name,
)
from tutela.apps.access.public import Target, acting_as, authorise, person_actor
from tutela.apps.access.rules import may_end, may_grant, may_scope
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, erase, read_together, record
from tutela.domain.actors import SYSTEM, Actor, Permission, Role
from tutela.domain.errors import TutelaError
from tutela.domain.ids import OrganisationId, PersonId, TeamId
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db.models import QuerySet

_Owned = TypeVar("_Owned", Person, Team, ApiKey)
_LAST_USED_STEP: Final = timedelta(minutes=10)  # a busy key must not cost a write each time


class AccessError(TutelaError):
    """Something about people or keys cannot be done; the message is for the person who asked."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A person and the code with which they set up their account. The code is shown once."""

    person: Person
    code: str


@dataclass(frozen=True, slots=True)
class NewKey:
    """A machine's key and its secret, which is shown once."""

    key: ApiKey
    secret: str


#### Targets ####


def target_of(thing: Person | Team | ApiKey) -> Target:
    """Return whom a row belongs to."""
    if isinstance(thing, Person):
        teams = frozenset(TeamId(each) for each in thing.memberships.values_list("team_id", flat=True))
    else:
        teams = frozenset({TeamId(thing.id)}) if isinstance(thing, Team) else frozenset()
    return Target(OrganisationId(thing.organisation_id), teams)


def person(actor: Actor, person_id: UUID, permission: Permission = Permission.ACCESS_PERSON_READ) -> Person:
    """Return a person whom the actor may do `permission` to; 404 or 403 otherwise."""
    return _within_reach(Person.objects.select_related("organisation"), actor, person_id, permission)


def team(actor: Actor, team_id: UUID, permission: Permission = Permission.ACCESS_TEAM_READ) -> Team:
    """Return a team that the actor may do `permission` to; 404 or 403 otherwise."""
    return _within_reach(Team.objects.all(), actor, team_id, permission)


def key(actor: Actor, key_id: UUID, permission: Permission = Permission.ACCESS_KEY_READ) -> ApiKey:
    """Return a machine's key that the actor may do `permission` to; 404 or 403 otherwise."""
    return _within_reach(ApiKey.objects.all(), actor, key_id, permission)


def _within_reach(rows: QuerySet[_Owned], actor: Actor, row_id: UUID, permission: Permission) -> _Owned:
    found = rows.filter(pk=row_id).first()
    if found is None:
        raise Http404
    authorise(actor, permission, target_of(found))
    return found


#### Organisations ####


@transaction.atomic
def create_organisation(actor: Actor, name: str, kind: OrganisationKind = OrganisationKind.HOTLINE) -> Organisation:
    """Add an organisation. Only the system may: it is done by a command, not from within another organisation."""
    if not actor.is_system:
        raise PermissionDenied
    made = Organisation.objects.create(name=name, kind=kind)
    record(Action.ORGANISATION_CREATED, kind=ObjectKind.ORGANISATION, object_id=made.id, actor=actor)
    return made


#### People ####


@transaction.atomic
def invite(
    actor: Actor, organisation_id: UUID, *, email: str, name: str, roles: Collection[Role], teams: Collection[Team] = ()
) -> Invitation:
    """Add a person, who sets up their account with the code that is returned."""
    authorise(actor, Permission.ACCESS_PERSON_CREATE, Target(OrganisationId(organisation_id)))
    email = email.strip().lower()
    if _is_taken(email):
        raise AccessError(_("Somebody with this e-mail address is here already."))
    if any(team.organisation_id != organisation_id for team in teams):
        raise Http404
    invited = Person(
        organisation_id=organisation_id,
        email=email,
        name=name,
        sign_in_name=sign_in_name(email),
        pseudonym=_fresh_pseudonym(),
    )
    if not may_grant(actor, PersonId(invited.id), roles):
        raise PermissionDenied
    code = _give_code(invited)
    invited.save()
    RoleGrant.objects.bulk_create(RoleGrant(person=invited, role=role) for role in sorted(set(roles)))
    Membership.objects.bulk_create(Membership(person=invited, team=team) for team in teams)
    record(Action.PERSON_INVITED, kind=ObjectKind.PERSON, object_id=invited.id, actor=actor)
    return Invitation(invited, code)


@transaction.atomic
def join(email: str, code: str, password: str) -> Person | None:
    """Let an invited person choose a password. None where address and code do not belong together, or are too late."""
    invited = Person.objects.with_email(email).select_for_update().filter(is_active=True).first()
    expected = invited.setup_digest if invited else ""
    fits = credentials.same(expected, credentials.code_digest(code))
    if invited is None or not fits or not _still_valid(invited.setup_expires_at):
        return None
    invited.set_password(password)
    invited.setup_digest, invited.setup_expires_at = "", None
    invited.save(update_fields=["password", "setup_digest", "setup_expires_at"])
    actor = person_actor(invited, second_factor=False)
    record(Action.PERSON_JOINED, kind=ObjectKind.PERSON, object_id=invited.id, actor=actor)
    return invited


@transaction.atomic
def change_roles(actor: Actor, person_id: UUID, roles: Collection[Role]) -> None:
    """Give a person exactly these roles."""
    changed = person(actor, person_id, Permission.ACCESS_PERSON_EDIT)
    if not may_grant(actor, PersonId(changed.id), roles):
        raise AccessError(_("Nobody changes their own roles. Ask another administrator."))
    RoleGrant.objects.filter(person=changed).exclude(role__in=roles).delete()
    for role in roles:
        RoleGrant.objects.get_or_create(person=changed, role=role)
    record(Action.PERSON_ROLES_CHANGED, kind=ObjectKind.PERSON, object_id=changed.id, actor=actor)


@transaction.atomic
def restart(actor: Actor, person_id: UUID) -> Invitation:
    """Send a person back to set-up: no password, no second factor, no session; a new code, shown once."""
    restarted = person(actor, person_id, Permission.ACCESS_PERSON_EDIT)
    if not restarted.is_active:
        raise AccessError(_("This account was ended. Invite the person anew."))
    if not may_end(actor, PersonId(restarted.id)):
        raise AccessError(_("Nobody restarts their own account. Ask another administrator."))
    second_factor.remove_all(restarted)
    code = _give_code(restarted)
    restarted.save()
    record(Action.PERSON_RESTARTED, kind=ObjectKind.PERSON, object_id=restarted.id, actor=actor)
    return Invitation(restarted, code)


@transaction.atomic
def end(actor: Actor, person_id: UUID) -> None:
    """End a person's account and all sessions, and destroy the key of their name and address.

    Their record and pseudonym stay, for the proof. A hold on the person keeps the key until it ends; `end` again then.
    """
    ended = person(actor, person_id, Permission.ACCESS_PERSON_EDIT)
    if not may_end(actor, PersonId(ended.id)):
        raise AccessError(_("Nobody ends their own account. Ask another administrator."))
    second_factor.remove_all(ended)
    EmailAddress.objects.filter(user_id=ended.id).delete()
    ended.is_active, ended.sign_in_name = False, None
    ended.setup_digest, ended.setup_expires_at = "", None
    ended.set_unusable_password()
    ended.epoch += 1
    ended.save(update_fields=["is_active", "sign_in_name", "setup_digest", "setup_expires_at", "password", "epoch"])
    record(Action.PERSON_ENDED, kind=ObjectKind.PERSON, object_id=ended.id, actor=actor)
    erase(actor, ended.id, kind=ObjectKind.PERSON, reason=ReasonCode.STAFF_CHANGE)


@transaction.atomic
def sign_out_everywhere(actor: Actor) -> None:
    """End every session of the acting person, this one included."""
    authorise(actor, Permission.ACCESS_ACCOUNT_MANAGE)
    mine = Person.objects.select_for_update().get(pk=actor.person_id)
    mine.epoch += 1
    mine.save(update_fields=["epoch"])
    record(Action.PERSON_SIGNED_OUT_EVERYWHERE, kind=ObjectKind.PERSON, object_id=mine.id, actor=actor)


#### Teams ####


@transaction.atomic
def create_team(actor: Actor, organisation_id: UUID, name: str) -> Team:
    """Add a team."""
    authorise(actor, Permission.ACCESS_TEAM_CREATE, Target(OrganisationId(organisation_id)))
    if Team.objects.filter(organisation_id=organisation_id, name=name).exists():
        raise AccessError(_("There is a team of this name already."))
    made = Team.objects.create(organisation_id=organisation_id, name=name)
    record(Action.TEAM_CREATED, kind=ObjectKind.TEAM, object_id=made.id, actor=actor)
    return made


@transaction.atomic
def add_member(actor: Actor, team_id: UUID, person_id: UUID) -> None:
    """Put a person of the same organisation into a team."""
    changed = team(actor, team_id, Permission.ACCESS_TEAM_EDIT)
    added = Person.objects.filter(pk=person_id, organisation_id=changed.organisation_id, is_active=True).first()
    if added is None:
        raise Http404
    Membership.objects.get_or_create(team=changed, person=added)
    record(Action.TEAM_MEMBER_ADDED, kind=ObjectKind.TEAM, object_id=changed.id, actor=actor)


@transaction.atomic
def remove_member(actor: Actor, team_id: UUID, person_id: UUID) -> None:
    """Take a person out of a team."""
    changed = team(actor, team_id, Permission.ACCESS_TEAM_EDIT)
    removed, _rows = Membership.objects.filter(team=changed, person_id=person_id).delete()
    if not removed:
        raise Http404
    record(Action.TEAM_MEMBER_REMOVED, kind=ObjectKind.TEAM, object_id=changed.id, actor=actor)


#### The public's door ####


@transaction.atomic
def set_desk(actor: Actor, organisation_id: UUID, team_id: UUID | None) -> None:
    """Let an organisation, and one of its teams or all of it, take what the public reports."""
    authorise(actor, Permission.ACCESS_DESK_EDIT, Target(OrganisationId(organisation_id)))
    if team_id is not None and not Team.objects.filter(pk=team_id, organisation_id=organisation_id).exists():
        raise Http404
    with acting_as(SYSTEM):  # whoever has it now may be another organisation
        there = FrontDesk.objects.select_for_update().first()
        if there is not None and there.organisation_id != organisation_id and not actor.is_system:
            raise AccessError(_("Another organisation takes what the public reports. It must give that up first."))
        FrontDesk.objects.update_or_create(
            defaults={"organisation_id": organisation_id, "team_id": team_id, "set_at": clock.now()}
        )
    _record_desk(actor, organisation_id)


@transaction.atomic
def close_desk(actor: Actor, organisation_id: UUID) -> None:
    """Take no more reports of the public."""
    authorise(actor, Permission.ACCESS_DESK_EDIT, Target(OrganisationId(organisation_id)))
    FrontDesk.objects.filter(organisation_id=organisation_id).delete()
    _record_desk(actor, organisation_id)


def _record_desk(actor: Actor, organisation_id: UUID) -> None:
    record(Action.SETTING_CHANGED, kind=ObjectKind.ORGANISATION, object_id=organisation_id, actor=actor)


#### Machines' keys ####


@transaction.atomic
def create_key(
    actor: Actor,
    organisation_id: UUID,
    *,
    name: str,
    scopes: Collection[Permission],
    days: int,
    requests_per_minute_max: int = 600,
) -> NewKey:
    """Make a machine's key. Its secret is in the answer and nowhere else."""
    authorise(actor, Permission.ACCESS_KEY_CREATE, Target(OrganisationId(organisation_id)))
    if not may_scope(scopes) or not 1 <= days <= settings.TUTELA.key_days_max:
        raise AccessError(_("A key needs at least one scope and an end within the longest life."))
    secret = credentials.new_key()
    made = ApiKey.objects.create(
        organisation_id=organisation_id,
        name=name,
        prefix=secret.prefix,
        digest=secret.digest,
        scopes=sorted(scopes),
        requests_per_minute_max=requests_per_minute_max,
        created_by=actor.pseudonym,
        expires_at=clock.now() + timedelta(days=days),
    )
    record(Action.KEY_CREATED, kind=ObjectKind.KEY, object_id=made.id, actor=actor)
    return NewKey(made, secret.shown)


@transaction.atomic
def revoke_key(actor: Actor, key_id: UUID) -> None:
    """End a machine's key at once."""
    revoked = key(actor, key_id, Permission.ACCESS_KEY_REVOKE)
    if revoked.revoked_at is not None:
        raise AccessError(_("This key has been revoked already."))
    revoked.revoked_at = clock.now()
    revoked.save(update_fields=["revoked_at"])
    record(Action.KEY_REVOKED, kind=ObjectKind.KEY, object_id=revoked.id, actor=actor)


def valid_key(shown: str) -> ApiKey | None:
    """Return the key that somebody presents; None where it is forged, revoked or past its end."""
    parts = credentials.split_key(shown)
    if parts is None:
        return None
    prefix, digest = parts
    found = next(iter(read_together(ApiKey, prefix=prefix)), None)
    if found is None or not credentials.same(found.digest, digest):
        return None
    moment = clock.now()
    if found.revoked_at is not None or found.expires_at <= moment:
        return None
    if found.last_used_at is None or moment - found.last_used_at > _LAST_USED_STEP:
        ApiKey.objects.filter(pk=found.pk).update(last_used_at=moment)
    return found


#### Small parts ####


def _give_code(invited: Person) -> str:
    secret = credentials.new_code()
    invited.setup_digest = secret.digest
    invited.setup_expires_at = clock.now() + timedelta(seconds=settings.TUTELA.setup_code_s_max)
    invited.set_unusable_password()
    invited.epoch += 1
    return secret.shown


def _still_valid(end: datetime | None) -> bool:
    return end is not None and clock.now() < end


@acting_as(SYSTEM)  # an address is one person's, in whichever organisation
def _is_taken(email: str) -> bool:
    return Person.objects.with_email(email).exists()


@acting_as(SYSTEM)  # a pseudonym is one person's, in whichever organisation
def _fresh_pseudonym() -> str:
    while Person.objects.filter(pseudonym=(name := credentials.new_pseudonym())).exists():
        pass
    return name
