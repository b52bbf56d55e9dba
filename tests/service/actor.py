"""What the service itself would do, in a process of its own; prints one line of JSON. See `tests.service.installation`."""

from __future__ import annotations

import json
import re
import sys

from tutela.domain.actors import SYSTEM, Permission
from tutela.entry.start import at_the_desk, bring_up_to_date, start

start()

from tests import world  # noqa: E402 - models load after Django is set up


def fill() -> dict:
    """Two desks with people, and a machine's key at the first."""
    from django.db import connection

    if connection.vendor == "sqlite":
        bring_up_to_date()

    desks = [world.make_desk("First hotline"), world.make_desk("Second hotline")]
    _key, secret = world.make_key(desks[0].organisation, [Permission.ACCESS_SELF_READ])
    return {"organisations": [str(desk.organisation.id) for desk in desks], "key": secret}


def open_up() -> dict:
    """What load needs: a key that may hand reports in, and the session of somebody who may add teams."""
    from django.db import connection
    from django.test import Client

    if connection.vendor == "sqlite":
        bring_up_to_date()
    from tutela.apps.access.models import Person

    desk = world.make_desk("First hotline")
    scopes = [Permission.ACCESS_SELF_READ, Permission.INTAKE_REPORT_CREATE]
    _key, secret = world.make_key(desk.organisation, scopes, requests_per_minute_max=100_000)
    client = Client(SERVER_NAME="127.0.0.1")
    world.sign_in(client, Person.objects.with_email("administrator@first-hotline.example").get())
    return {"key": secret, "session": client.cookies["session"].value}


def lookup_key() -> dict:
    """A key for the gateway, made in the service."""
    from tutela.apps.access.models import Organisation

    organisation = Organisation.objects.first() or world.make_desk().organisation
    key, secret = world.make_key(organisation, [Permission.LISTS_ENTRY_LOOKUP], requests_per_minute_max=100_000)
    return {"id": str(key.id), "key": secret}


def revoke_key() -> dict:
    """End a key whose id is the argument."""
    from uuid import UUID

    from tutela.apps.access import services

    services.revoke_key(SYSTEM, UUID(sys.argv[2]))
    return {}


def place() -> dict:
    """Let every leaf have its place."""
    from tutela.apps.custody.public import sequence, waiting_count

    while sequence():
        pass
    return {"waiting": waiting_count()}


def fill_and_place() -> dict:
    return fill() | place()


def go_on() -> dict:
    """Another change, placed and published."""
    from tutela.apps.custody import keyring, sequencer

    world.make_desk("Third hotline")
    placed = place()
    sequencer.publish_newest(keyring.folder())
    return placed


def browse() -> dict:
    """Sign in by the form and by session, look at people, invite one whose address is taken elsewhere, use the key."""
    from django.test import Client

    from tutela.apps.access.models import Person
    from tutela.apps.access.public import acting_as
    from tutela.apps.access.scope import NOTHING, within

    with acting_as(SYSTEM):
        filled = fill()
        administrator = Person.objects.with_email("administrator@first-hotline.example").get()
        ours = Person.objects.filter(organisation=administrator.organisation)
        colleagues = {str(person_id) for person_id in ours.values_list("id", flat=True)}
        client = Client(SERVER_NAME="127.0.0.1")
        world.sign_in(client, administrator)
    with within(None):
        assert not Person.objects.exists()
        people = client.get("/people/").content.decode()
        taken = client.post(
            "/people/invite/", {"name": "X", "email": "stranger@second-hotline.example", "roles": ["analyst"]}
        )
        fresh = client.post(
            "/people/invite/", {"name": "New", "email": "new@first-hotline.example", "roles": ["analyst"]}
        )
        form = {"login": "colleague@first-hotline.example", "password": world.PASSWORD}
        key = Client(SERVER_NAME="127.0.0.1").get("/api/v1/self", headers={"authorization": f"Bearer {filled['key']}"})
        signed_in = Client(SERVER_NAME="127.0.0.1").post("/sign-in/", form)
    return {
        "only_colleagues": set(re.findall(r"/people/([0-9a-f-]{36})/", people)) == colleagues,
        "taken": [taken.status_code, "is here already" in taken.content.decode()],
        "fresh": bool(re.search(r"([2-9a-z]{4}-){3}[2-9a-z]{4}", fresh.content.decode())),
        "key": key.status_code,
        "signed_in": [signed_in.status_code, signed_in.headers.get("Location", "")],
        "scope": str(NOTHING),
    }


def erase() -> dict:
    """The verbs of custody, with the rights of the application role."""
    from django.db import transaction

    from tutela.apps.custody import keyring, vault
    from tutela.apps.custody.public import Action, ObjectKind, is_erased, record
    from tutela.engine import clock

    case = clock.new_id()
    with transaction.atomic():
        record(Action.CASE_OPENED, kind=ObjectKind.CASE, object_id=case, actor=SYSTEM)
        record(Action.CASE_OPENED, kind=ObjectKind.CASE, object_id=case, actor=SYSTEM, note="plain words")
    keyring.add_master()
    return {"erased": is_erased(case), "salt": vault.existing_salt(case) is not None}


if __name__ == "__main__":
    with at_the_desk():
        parts = {
            "fill": fill,
            "open-up": open_up,
            "lookup-key": lookup_key,
            "revoke-key": revoke_key,
            "place": place,
            "fill-and-place": fill_and_place,
            "go-on": go_on,
            "browse": browse,
            "erase": erase,
        }
        sys.stdout.write(json.dumps(parts[sys.argv[1]]()))  # one line
