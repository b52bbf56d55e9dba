"""From a key made in the service to a gateway that lets it in, without a server; tests/service has the processes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings
from django.test import override_settings

from tests.world import make_desk, make_key, secret_part
from tutela.apps.access import services
from tutela.apps.access.public import acting_as
from tutela.domain.actors import SYSTEM, Permission
from tutela.entry.gateway.publishing import publish_keys, service_rows

pytestmark = pytest.mark.django_db
LOOKUP, DETAIL, INDICATORS = (
    Permission.LISTS_ENTRY_LOOKUP,
    Permission.LISTS_ENTRY_READ,
    Permission.ASSESSMENT_INDICATOR_READ,
)


@pytest.fixture(autouse=True)
def _as_the_publisher():
    with acting_as(SYSTEM):
        yield


@pytest.fixture
def organisation():
    return make_desk().organisation


def publish(world):
    publish_keys(world.service_keys)
    world.desk.keyring.reload()


def test_a_key_made_in_the_service_is_answered_and_a_revoked_one_is_not(world, organisation):
    key, shown = make_key(organisation, [LOOKUP])
    assert world.ask(shown).code == "no-valid-key"
    publish(world)
    assert world.ask(shown).json["verdict"] == "near"
    assert "hits" not in world.ask(shown).json
    services.revoke_key(SYSTEM, key.id)
    publish(world)
    assert world.ask(shown).code == "expired-key"


def test_details_are_for_keys_that_carry_the_scope_of_their_own(world, organisation):
    _, shown = make_key(organisation, [LOOKUP, DETAIL])
    publish(world)
    assert world.ask(shown).json["hits"][0]["list"] == "known"


@pytest.mark.parametrize("scopes", [[INDICATORS], [DETAIL], [Permission.ACCESS_SELF_READ]])
def test_a_key_that_may_look_nothing_up_is_not_even_published(world, organisation, scopes):
    _, shown = make_key(organisation, scopes)
    publish(world)
    assert service_rows() == []
    assert world.ask(shown).code == "no-valid-key"


def test_only_digests_leave_the_service_and_no_name_no_organisation_no_other_scope(world, organisation):
    key, shown = make_key(organisation, [LOOKUP, INDICATORS])
    publish(world)
    told = (world.home / "run" / "service.keys").read_text()
    assert key.digest in told
    for word in (secret_part(shown), key.name, organisation.name, str(organisation.id), INDICATORS.value):
        assert word not in told


def test_a_key_past_its_end_is_told_so_for_a_month_and_then_forgotten(world, organisation, standing_clock):
    _, shown = make_key(organisation, [LOOKUP])
    for days, expected in ((29, None), (1, "expired-key"), (29, "expired-key"), (2, "no-valid-key")):
        standing_clock.forward(days=days)
        publish(world)
        reply = world.ask(shown)
        assert (days, reply.code if reply.status != 200 else None) == (days, expected)


def test_a_key_that_asks_at_both_doors_draws_from_one_bucket(world, organisation, client):
    _, shown = make_key(organisation, [LOOKUP, Permission.ACCESS_SELF_READ], requests_per_minute_max=4)
    publish(world)
    said = []
    with override_settings(TUTELA=replace(settings.TUTELA, home=world.home)):
        for _ in range(3):
            said.append(client.get("/api/v1/self", headers={"authorization": f"Bearer {shown}"}).status_code)
            said.append(world.ask(shown).status)
    assert said == [200] * 4 + [429] * 2
