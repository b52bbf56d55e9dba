"""The service with a small world in it, in a process of its own: `python -m tests.browser.server LISTENING_DESCRIPTOR`.

It prints one line of JSON, `Facts`, and then answers on the socket that it was given. Production's settings, hashers
and application: nothing is switched off for the browser.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from tutela.domain.actors import SYSTEM, Permission, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutela.apps.access.models import Organisation, Person, Team

PASSWORD = "seven quiet herons by the water"
_PR_SET_PDEATHSIG = 1
_RUN_S_MAX = 3600  # nobody is asked again whether it is they, however slow the machine
_TEAMS = ("Intake", "Night desk", "Exchange")
_PEOPLE = (
    ("Amara Okafor", ("supervisor",), ("Intake",)),
    ("Benedikt Lang", ("analyst",), ("Intake",)),
    ("Chiara Moretti", ("analyst", "policy-analyst"), ("Night desk",)),
    ("Davit Melikyan", ("senior-analyst",), ("Night desk", "Exchange")),
    ("Esi Boateng", ("exchange-manager",), ("Exchange",)),
    ("Farid Haddad", ("auditor",), ()),
    ("Greta Lindqvist", ("wellbeing-lead",), ()),
    ("Hanna Virtanen", ("policy-analyst",), ()),
)
_CAST = {
    "office": ("Sofia Duarte", "administrator", ()),
    "app": ("Jonas Weber", "administrator", ()),
    "keyboard": ("Karin Sato", "supervisor", ("Intake",)),
    "plain": ("Tomas Berg", "supervisor", ("Intake",)),
    "key": ("Lea Brandt", "analyst", ()),
    "recovery": ("Marta Nowak", "analyst", ()),
    "codes": ("Nils Dahl", "analyst", ()),
    "bare": ("Oona Kelly", "administrator", ()),
    "newcomer": ("Rosa Lind", "analyst", ()),
    "analyst": ("Pavel Dvorak", "analyst", ()),
    "desk": ("Ingrid Solheim", "supervisor", ("Intake",)),
    "keeper": ("Emre Yildiz", "exchange-manager", ("Exchange",)),
    "auditor": ("Yusuf Demir", "auditor", ()),
    "policy": ("Maximiliana-Konstantina Featherstonehaugh-Papadopoulos", "policy-analyst", ("Exchange",)),
}
_KEYS = (
    ("Upload gateway, Frankfurt", 300, ("LISTS_ENTRY_LOOKUP", "INTAKE_REPORT_CREATE")),
    ("Monthly indicators", 90, ("ASSESSMENT_INDICATOR_READ",)),
    ("Forum filter, staging", 10, ("LISTS_ENTRY_LOOKUP",)),
    ("Old upload gateway", 30, ("LISTS_ENTRY_LOOKUP", "INTAKE_REPORT_CREATE")),
)


@dataclass(slots=True)
class Facts:
    """What the tests know about the world: how to get in, and the ids in its addresses.

    `people` maps a part in the play to an e-mail address, `sessions` maps it to the cookie of a session that passed a
    second factor, `first` holds address and set-up code of the first administrator, as `tutela serve` prints them. `routes` maps each
    named route to the module of its view.
    """

    origin: str
    first: tuple[str, str]
    secrets: dict[str, str] = field(default_factory=dict)
    recovery_codes: dict[str, list[str]] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)


def main(descriptor: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    listening = socket.socket(fileno=descriptor)
    facts = _populated()
    sys.stdout.write(json.dumps(asdict(facts)) + "\n")
    sys.stdout.flush()

    import uvicorn

    from tutela.entry.asgi import application

    config = uvicorn.Config(application, lifespan="off", log_config=None, access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listening])


def _populated() -> Facts:
    import django

    django.setup()

    from django.conf import settings
    from django.core.management import call_command
    from django.urls import URLPattern, get_resolver

    from tests.browser import world
    from tutela.apps.access.models import Person
    from tutela.engine import clock
    from tutela.entry.serve import first_administrator

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    with world.long_ago() as calendar:
        first = first_administrator()
        assert first is not None
        facts = Facts(settings.TUTELA.origin, (first.email, first.code))
        organisation = Person.objects.with_email(first.email).get().organisation
        teams = _teams(organisation, facts)
        _people(organisation, teams, facts)
        supervisor = Person.objects.with_email(facts.people["desk"]).get()
        world.fill(world.Cast(organisation, teams["Intake"], supervisor, calendar), facts)
    Person.objects.with_email(first.email).update(setup_expires_at=clock.now() + timedelta(days=3))
    _sessions(facts)
    _keys(organisation, facts)
    world.give_places(facts)
    entries = [entry for each in get_resolver().url_patterns for entry in getattr(each, "url_patterns", [each])]
    named = [entry for entry in entries if isinstance(entry, URLPattern) and entry.name]
    facts.routes = {str(entry.name): entry.callback.__module__ for entry in named}
    return facts


def _teams(organisation: Organisation, facts: Facts) -> dict[str, Team]:
    from tutela.apps.access import services

    teams = {name: services.create_team(SYSTEM, organisation.id, name) for name in _TEAMS}
    facts.ids["team"] = str(teams["Night desk"].id)
    return teams


def _people(organisation: Organisation, teams: dict[str, Team], facts: Facts) -> None:
    """The cast: `office`, `desk`, `keeper`, `auditor` and `policy` look at pages, the others each sign in once, in one test."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from django.contrib.auth.hashers import make_password

    from tutela.apps.access.models import Person
    from tutela.engine import clock

    joined = {"setup_digest": "", "setup_expires_at": None, "password": make_password(PASSWORD)}
    for name, roles, team_names in _PEOPLE:
        person = _invited(organisation, name, roles, [teams[each] for each in team_names])
        facts.ids["person"] = facts.ids.get("person", str(person.id))
        _app(person)
        Person.objects.filter(pk=person.pk).update(**joined, last_login=clock.now() - timedelta(hours=len(name)))
    late = _invited(organisation, "Ilir Hoxha", ["analyst"], [teams["Intake"]])
    Person.objects.filter(pk=late.pk).update(setup_expires_at=clock.now() - timedelta(hours=3))
    for part, (name, role, team_names) in _CAST.items():
        person = _invited(organisation, name, [role], [teams[each] for each in team_names])
        Person.objects.filter(pk=person.pk).update(**joined)
        person.refresh_from_db()
        facts.people[part] = person.email
        if part in {"app", "keyboard", "recovery", "codes", "plain"}:
            facts.secrets[part] = _app(person)
            facts.recovery_codes[part] = RecoveryCodes.activate(person).get_unused_codes()


def _sessions(facts: Facts) -> None:
    """Sessions of today for those who only look at pages."""
    from tutela.apps.access.models import Person

    for part in ("office", "analyst", "bare", "newcomer", "desk", "keeper", "auditor", "policy"):
        person = Person.objects.with_email(facts.people[part]).get()
        facts.sessions[part] = _session(person, second_factor=part not in {"bare", "newcomer"})
        if part == "office":
            _security_keys(person, facts)


def _invited(organisation: Organisation, name: str, roles: Sequence[str], teams: list[Team]) -> Person:
    from tutela.apps.access import services

    email = f"{name.lower().replace(' ', '.')}@hotline.example"
    return services.invite(
        SYSTEM, organisation.id, email=email, name=name, roles=[Role(role) for role in roles], teams=teams
    ).person


def _session(person: Person, *, second_factor: bool) -> str:
    from django.test import Client

    from tests.world import sign_in

    client = Client()
    sign_in(client, person, second_factor=second_factor)
    session = client.session
    fresh_at = time.time() + _RUN_S_MAX
    methods = session.get("account_authentication_methods", [{"method": "password"}])
    session["account_authentication_methods"] = [each | {"at": fresh_at} for each in methods]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return session.session_key or ""


def _app(person: Person) -> str:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def _security_keys(person: Person, facts: Facts) -> None:
    """Keys that are only listed, one of them damaged; one that works is made by the browser's virtual authenticator."""
    from allauth.mfa.models import Authenticator

    from tests.keys import a_key

    facts.ids["security_key"] = str(a_key(person, "Blue key").pk)
    damaged = {"name": "Old key", "credential": {}}
    Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data=damaged)


def _keys(organisation: Organisation, facts: Facts) -> None:
    from tutela.apps.access import services
    from tutela.apps.access.models import ApiKey
    from tutela.engine import clock

    for name, days, scopes in _KEYS:
        allowed = [Permission[scope] for scope in scopes]
        made = services.create_key(SYSTEM, organisation.id, name=name, scopes=allowed, days=days)
        facts.ids["key"] = str(made.key.id)
        ApiKey.objects.filter(pk=made.key.pk).update(last_used_at=clock.now() - timedelta(minutes=days))
    services.revoke_key(SYSTEM, made.key.id)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tutela.entry.settings"
    main(int(sys.argv[1]))
