"""What other apps may ask of access: who is acting, and whether they may.

Every page and route says its permission, and asks again for the object it is about:

    @require(Permission.REVIEW_ITEM_DECIDE)                    # may they do this to anything at all?
    def decide_item(request, item_id): ...
        item = services.item(actor_of(request), item_id)       # calls authorise(actor, permission, target): theirs?

A route for everybody says so with `open_to_all("why")`. A test fails for a route that says neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from tutela.apps.access import second_factor
from tutela.apps.access.abilities import Ability, abilities, language_names, opted_out
from tutela.apps.access.knocking import caller_must_wait_s, charge, spared_by_limits
from tutela.apps.access.labels import incident_names, skill_names
from tutela.apps.access.models import ApiKey, FrontDesk, Organisation, Person, Team
from tutela.apps.access.rules import Decision, Reach, Target, decide, reach_of
from tutela.apps.access.scope import acting_as
from tutela.apps.custody.public import open_together, read_together
from tutela.domain.actors import PUBLIC, SYSTEM, Actor, Permission, Role
from tutela.domain.ids import KeyId, OrganisationId, PersonId, TeamId
from tutela.domain.waiting import Waiting
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from tutela.domain.period import Period

__all__ = [
    "Ability",
    "Colleague",
    "Desk",
    "Machine",
    "MachineKey",
    "Reach",
    "Target",
    "abilities",
    "acting_as",
    "actor_of",
    "authorise",
    "caller_must_wait_s",
    "can",
    "charge",
    "colleagues",
    "desk_of",
    "front_desk",
    "incident_names",
    "indicators",
    "language_names",
    "lookup_keys",
    "machines",
    "open_to_all",
    "opted_out",
    "organisation_named",
    "organisation_teams",
    "organisations",
    "reach_of",
    "require",
    "skill_names",
    "spared_by_limits",
    "teams",
    "visible",
    "waiting",
]

View = TypeVar("View", bound="Callable[..., Any]")
_ON_REQUEST: Final = "tutela_actor"
_KEY_WARNING: Final = timedelta(days=14)
_KEY_REMEMBERED: Final = timedelta(days=30)
_LOOKUP_SCOPES: Final = frozenset({Permission.LISTS_ENTRY_LOOKUP, Permission.LISTS_ENTRY_READ})


@dataclass(frozen=True, slots=True)
class Desk:
    """Where reports arrive: an organisation and the team that looks at them first, if it has any."""

    organisation_id: OrganisationId
    team_id: TeamId | None


def desk_of(organisation_id: OrganisationId) -> Desk:
    """Return the desk for what machines of an organisation hand in.

    It is the one that the public writes to where that is this organisation's; else all of the organisation, because
    nobody has said which team receives.
    """
    desk = front_desk()
    return desk if desk and desk.organisation_id == organisation_id else Desk(organisation_id, None)


def front_desk() -> Desk | None:
    """Return the desk that the public writes to; None where no administrator has said which (`services.set_desk`)."""
    with acting_as(SYSTEM):  # nobody has signed in whose organisation it could be
        row = next(iter(read_together(FrontDesk)), None)
    return Desk(OrganisationId(row.organisation_id), TeamId(row.team_id) if row.team_id else None) if row else None


def organisations() -> list[tuple[OrganisationId, datetime]]:
    """Return every organisation and when it was set up here; for background work, which acts as the system."""
    rows = Organisation.objects.order_by("id").values_list("id", "created_at")
    return [(OrganisationId(organisation_id), moment) for organisation_id, moment in rows]


def organisation_named(name: str) -> OrganisationId | None:
    """Return the organisation of this name; None where there is none, or more than one."""
    found = Organisation.objects.filter(name=name).values_list("id", flat=True)[:2]
    return OrganisationId(found[0]) if len(found) == 1 else None


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts in this request: a machine's key, a signed-in person, or the public."""
    actor = getattr(request, _ON_REQUEST, None)
    if actor is None:
        user = request.user
        actor = person_actor(user, second_factor=second_factor.passed(request)) if isinstance(user, Person) else PUBLIC
        setattr(request, _ON_REQUEST, actor)
    return actor


def person_actor(person: Person, *, second_factor: bool) -> Actor:
    """Return a person as an actor."""
    return Actor(
        pseudonym=person.pseudonym,
        organisation_id=OrganisationId(person.organisation_id),
        team_ids=frozenset(TeamId(each) for each in person.memberships.values_list("team_id", flat=True)),
        roles=frozenset(Role(each) for each in person.grants.values_list("role", flat=True)),
        second_factor=second_factor,
        person_id=PersonId(person.id),
    )


def require(permission: Permission) -> Callable[[View], View]:
    """Let a page or an API route be reached only by those who have `permission` for something at all."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            actor = actor_of(request)
            if actor is PUBLIC and decide(actor, permission) is not Decision.ALLOW:
                return redirect_to_login(request.get_full_path())
            authorise(actor, permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # pyright: ignore[reportAttributeAccessIssue] - the route test reads it
        return guarded  # pyright: ignore[reportReturnType] - the same call

    return decorate


def open_to_all(reason: str) -> Callable[[View], View]:
    """Say that a route is for everybody, and why."""

    def decorate(view: View) -> View:
        @wraps(view)
        def opened(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **kwargs)

        opened.open_because = reason  # pyright: ignore[reportAttributeAccessIssue] - the route test reads it
        return opened  # pyright: ignore[reportReturnType] - the same call

    return decorate


def authorise(actor: Actor, permission: Permission, target: Target | None = None) -> None:
    """Return quietly where allowed; raise `Http404` or `PermissionDenied` otherwise."""
    decision = decide(actor, permission, target)
    if decision is Decision.HIDE:
        raise Http404
    if decision is Decision.REFUSE:
        raise PermissionDenied


def can(actor: Actor, permission: Permission, target: Target | None = None) -> bool:
    """Whether to offer something in a page."""
    return decide(actor, permission, target) is Decision.ALLOW


def visible(actor: Actor, permission: Permission, *, organisation: str = "organisation", teams: str = "teams") -> Q:
    """Return the rows within reach of `permission`, as a condition; use `.distinct()` with it.

    `organisation` and `teams` are the names of the relations on the model that is asked.
    """
    reach = reach_of(actor, permission)
    if reach is Reach.EVERYTHING:
        return Q()
    if reach is Reach.ORGANISATION:
        return Q(**{f"{organisation}__id": actor.organisation_id})
    if reach is Reach.OWN_TEAM:
        return Q(**{f"{organisation}__id": actor.organisation_id, f"{teams}__id__in": actor.team_ids})
    return Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class MachineKey:
    """What a process without our tables needs to check a key: no name, no organisation, no secret."""

    id: KeyId
    prefix: str
    digest: str
    scopes: frozenset[Permission]
    requests_per_minute_max: int
    expires_at: datetime
    revoked_at: datetime | None


def lookup_keys() -> list[MachineKey]:
    """Return the keys of every organisation that may look something up, with no other scope of theirs.

    A key that ended is among them for a month, so that whoever still presents it is told so.
    """
    rows = ApiKey.objects.filter(expires_at__gt=clock.now() - _KEY_REMEMBERED).order_by("id")
    return [
        MachineKey(
            KeyId(row.id),
            row.prefix,
            row.digest,
            frozenset(scope for scope in _LOOKUP_SCOPES if scope in row.scopes),
            row.requests_per_minute_max,
            row.expires_at,
            row.revoked_at,
        )
        for row in rows
        if Permission.LISTS_ENTRY_LOOKUP in row.scopes
    ]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works here, as other apps may know them. `email` is for whoever must be reached, not for a page."""

    person_id: PersonId
    pseudonym: str
    name: str
    email: str


def colleagues(organisation_id: UUID, team_id: UUID | None = None) -> list[Colleague]:
    """Return who can sign in, of a team or of the whole organisation, by the order in which they came."""
    people = Person.objects.filter(organisation_id=organisation_id, is_active=True, setup_digest="")
    if team_id is not None:
        people = people.filter(memberships__team_id=team_id)
    found = list(people)
    open_together(found)
    return [Colleague(PersonId(one.id), one.pseudonym, one.name or "", one.email or "") for one in found]


@dataclass(frozen=True, slots=True)
class Machine:
    """A key, as other apps may know it: what people call it, and who acts with it."""

    key_id: KeyId
    name: str
    is_valid: bool
    actor: Actor


def key_actor(key: ApiKey) -> Actor:
    """Return a machine's key as an actor."""
    return Actor(
        pseudonym=f"k-{key.prefix}",
        organisation_id=OrganisationId(key.organisation_id),
        team_ids=frozenset(),
        roles=frozenset({Role.PARTNER}),
        second_factor=True,
        key_id=KeyId(key.id),
        scopes=frozenset(Permission(scope) for scope in key.scopes),
    )


def machines(actor: Actor, permission: Permission) -> list[Machine]:
    """Return the keys of the actor's organisation, by name, where the actor has the permission for all of it."""
    if not actor.organisation_id or not can(actor, permission, Target(actor.organisation_id)):
        return []
    moment = clock.now()
    return [
        Machine(KeyId(key.id), key.name, key.revoked_at is None and key.expires_at > moment, key_actor(key))
        for key in ApiKey.objects.filter(organisation_id=actor.organisation_id).order_by("name", "id")
    ]


def organisation_teams(organisation_id: UUID) -> list[tuple[TeamId, str]]:
    """Return the teams of an organisation by their names: who hands a case over must be able to name another one."""
    rows = Team.objects.filter(organisation_id=organisation_id).values_list("id", "name")
    return [(TeamId(team_id), name) for team_id, name in rows]


def teams(actor: Actor, permission: Permission) -> QuerySet[Team]:
    """Return the teams for which the actor has a permission."""
    return Team.objects.filter(visible(actor, permission, teams="memberships__team")).distinct()


def indicators(period: Period) -> Mapping[str, int]:
    """Return what access can count: people who can sign in, and those who joined in the period."""
    joined = Person.objects.filter(is_active=True, setup_digest="")
    return {
        "people-active": joined.filter(created_at__lt=period.end).count(),
        "people-invited": Person.objects.filter(created_at__gte=period.start, created_at__lt=period.end).count(),
    }


def waiting(actor: Actor) -> list[Waiting]:
    """Return what waits for this actor in access: set-up codes that ran out, and keys that soon end."""
    moment = clock.now()
    lines: list[Waiting] = []
    if can(actor, Permission.ACCESS_PERSON_CREATE):
        late = Person.objects.filter(organisation_id=actor.organisation_id, setup_expires_at__lte=moment).count()
        lines.append(Waiting(_("Set-up codes that ran out unused"), late, reverse("people")))
    if can(actor, Permission.ACCESS_KEY_CREATE):
        soon = ApiKey.objects.filter(
            organisation_id=actor.organisation_id,
            revoked_at=None,
            expires_at__gt=moment,
            expires_at__lte=moment + _KEY_WARNING,
        ).count()
        lines.append(Waiting(_("Keys that end within two weeks"), soon, reverse("keys")))
    return [line for line in lines if line.count]
