"""A small world for tests: two organisations with teams and people, made by the real verbs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from tutela.apps.access import services
from tutela.apps.access.public import person_actor
from tutela.apps.tables import FOLDER
from tutela.domain.actors import SYSTEM, Actor, Permission, Role
from tutela.engine import clock

if TYPE_CHECKING:
    from pathlib import Path

    from tutela.apps.access.models import ApiKey, Organisation, Person, Team
    from tutela.apps.referral.models import Filing
    from tutela.apps.tables import Table
    from tutela.apps.takedown.models import Takedown
    from tutela.apps.triage.models import Location

PASSWORD = "seven quiet herons by the water"


@dataclass(frozen=True, slots=True)
class Desk:
    """One hotline: two teams, somebody in each, and an administrator in neither."""

    organisation: Organisation
    team: Team
    other_team: Team
    colleague: Person
    stranger: Person
    administrator: Actor


def make_desk(name: str = "Example hotline") -> Desk:
    organisation = services.create_organisation(SYSTEM, name)
    team = services.create_team(SYSTEM, organisation.id, "Team A")
    other_team = services.create_team(SYSTEM, organisation.id, "Team B")
    return Desk(
        organisation,
        team,
        other_team,
        colleague=make_person(organisation, "colleague", [Role.ANALYST], [team]),
        stranger=make_person(organisation, "stranger", [Role.ANALYST], [other_team]),
        administrator=actor(make_person(organisation, "administrator", [Role.ADMINISTRATOR])),
    )


def make_person(organisation: Organisation, name: str, roles: list[Role], teams: list[Team] | tuple[()] = ()) -> Person:
    """A person who has joined and has a password."""
    email = f"{name}@{organisation.name.replace(' ', '-').lower()}.example"
    invitation = services.invite(SYSTEM, organisation.id, email=email, name=name.title(), roles=roles, teams=teams)
    joined = services.join(email, invitation.code, PASSWORD)
    assert joined is not None
    return joined


def actor(person: Person) -> Actor:
    """A person who passed a second factor."""
    return person_actor(person, second_factor=True)


def make_key(organisation: Organisation, scopes: list[Permission], **more: Any) -> tuple[ApiKey, str]:
    made = services.create_key(SYSTEM, organisation.id, name="a machine", scopes=scopes, days=30, **more)
    return made.key, made.secret


def secret_part(shown: str) -> str:
    """The secret in `tut_PREFIX_SECRET`, whole: it may itself hold underscores."""
    return shown.split("_", 2)[2]


def sign_in(client: Any, person: Person, *, second_factor: bool = True) -> None:
    """Put a session in place as the sign-in pages would leave it."""
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    if not second_factor:
        return
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    if not Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(person, generate_totp_secret())
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True},
        {"method": "mfa", "at": time.time(), "type": "totp"},
    ]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()


def fill(table: Table[Any], *rows: str) -> Path:
    """Fill a table as an operator does: by a file in the home of the installation."""
    own = settings.TUTELA.home / FOLDER / table.name
    own.parent.mkdir(exist_ok=True)
    head = table.shipped.read_text(encoding="utf-8").splitlines()[0]
    own.write_text("\n".join((head, *rows)), encoding="utf-8")
    return own


def make_takedown(
    case: Any, address: str = "https://files.example/a", *, recipient: str = "abuse@host.example"
) -> Takedown:
    """A takedown that was ordered, with one recipient, as a person's order leaves it."""
    from django.db import transaction

    from tutela.apps.takedown import services as takedown
    from tutela.apps.takedown.models import Takedown
    from tutela.domain.ids import CaseId, ItemId, OrganisationId

    place = make_place(case, address, sha256=f"{clock.new_id().int:064x}")
    ordered = takedown.Order(
        CaseId(case.id), ItemId(place.item_id), place.id, OrganisationId(case.organisation_id), address, recipient
    )
    with transaction.atomic():
        return Takedown.objects.get(id=takedown.order(SYSTEM, ordered))


def make_place(case: Any, address: str = "https://files.example/a", **digests: str) -> Location:
    """Something sighted in a case, and where it stands."""
    from tutela.apps.triage.models import Item, Location, Sighting

    fold = next((f"{name}:{digest}" for name, digest in digests.items()), None)
    item = Item.objects.create(organisation_id=case.organisation_id, fold=fold, **digests)
    whose = {"organisation_id": case.organisation_id, "case_id": case.id, "item_id": item.id}
    Sighting.objects.create(report_id=case.id, **whose)
    return Location.objects.create(address=address, mark=item.id.hex, **whose)


def make_filing(case: Any, step: str = "draft") -> Filing:
    """A report of a case to an authority, which says nothing."""
    from tutela.apps.referral import drafts, rules, states
    from tutela.apps.referral.models import Filing
    from tutela.domain.reports import Reported

    draft = drafts.Draft("x", drafts.Sender("Example", "desk@example.org"), Reported())
    return Filing.objects.create(
        case=case,
        organisation_id=case.organisation_id,
        authority="ncmec",
        channel="cybertipline",
        step=step,
        state=states.write(rules.Filing(files=0, step=rules.Step(step))),
        draft=states.write(draft),
        written_by="p",
    )
