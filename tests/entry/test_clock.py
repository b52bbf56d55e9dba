"""A clock that is set back an hour: nobody is locked out, nothing lasts much longer, and the record says what happened."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from tests.world import make_desk, make_key, make_person, sign_in
from tutela.apps.access import services
from tutela.apps.custody import sequencer, verifying
from tutela.apps.custody.models import Leaf
from tutela.domain.actors import SYSTEM, Permission, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return make_desk()


def opens(client):
    return client.get("/people/").status_code == 200


def test_a_session_outlives_a_clock_set_back_and_still_ends_when_idle(desk, standing_clock):
    client = Client()
    sign_in(client, make_person(desk.organisation, "admin", [Role.ADMINISTRATOR]))
    assert opens(client)
    standing_clock.forward(hours=-1)
    assert opens(client)
    standing_clock.forward(seconds=settings.TUTELA.session_idle_s_max - 1)
    assert opens(client)
    standing_clock.forward(seconds=settings.TUTELA.session_idle_s_max + 1)
    assert not opens(client)


def test_a_key_outlives_a_clock_set_back_and_still_ends_on_its_day(desk, standing_clock):
    key, secret = make_key(desk.organisation, [Permission.ACCESS_SELF_READ])

    def status():
        return Client().get("/api/v1/self", headers={"authorization": f"Bearer {secret}"}).status_code

    assert status() == 200
    standing_clock.forward(hours=-1)
    assert status() == 429  # what it has taken was counted by another clock: it waits for one token
    standing_clock.forward(seconds=1)
    assert status() == 200
    standing_clock.moment = key.expires_at
    assert status() == 401
    standing_clock.forward(hours=-1, seconds=1)
    assert status() == 200  # it is an hour before its end, as far as anybody can tell
    standing_clock.forward(hours=1)
    assert status() == 401


def test_a_revoked_key_stays_revoked_when_the_clock_is_set_back(desk, standing_clock):
    key, secret = make_key(desk.organisation, [Permission.ACCESS_SELF_READ])
    services.revoke_key(SYSTEM, key.id)
    standing_clock.forward(hours=-1)
    assert services.valid_key(secret) is None


def test_a_clock_set_back_an_hour_changes_no_place_in_the_record_and_is_remarked_on(desk, standing_clock):
    standing_clock.forward(hours=-1)
    with transaction.atomic():
        later = services.create_team(SYSTEM, desk.organisation.id, "Later in fact")
    while sequencer.sequence():
        pass
    last = Leaf.objects.order_by("-position")[0]
    report = verifying.verify_log()
    assert last.object_id == later.id
    assert report.holds
    assert report.remarks
