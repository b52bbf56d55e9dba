"""Whoever takes reports in and whoever keeps what lists said lock in one order: nobody waits in a circle."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import make_desk
from tutela.apps.access.public import Desk, acting_as
from tutela.apps.intake.models import Door
from tutela.apps.intake.services import Submission, ground_of, receive_many
from tutela.apps.triage import services
from tutela.apps.triage.models import Lookup
from tutela.domain.actors import SYSTEM
from tutela.domain.lists import Hit, MatchKind
from tutela.domain.reports import Media, Reported
from tutela.domain.signals import SignalKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
FILES = 12


@pytest.fixture
def take_in():
    desk = make_desk()

    def run(key, *reports):
        sent = [Submission(Door.BULK, f"{key}-{number}", each, ground_of()) for number, each in enumerate(reports)]
        with acting_as(SYSTEM):
            return receive_many(SYSTEM, Desk(desk.organisation.id, desk.team.id), sent)

    return run


def of_files(*numbers):
    media = tuple(Media({"md5": number.to_bytes(16, "big")}) for number in numbers)
    return Reported(addresses=(f"https://files.example/{numbers[0]}",), media=media)


def test_two_batches_write_the_look_ups_of_the_same_files_in_one_order(take_in):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite writes one transaction at a time")
    orders = []
    for key, numbers in (("first", range(FILES)), ("second", reversed(range(FILES)))):
        with CaptureQueriesContext(connection) as caught:
            take_in(key, *(of_files(number + 1, number + 2) for number in numbers))
        statement = next(each["sql"] for each in caught if re.match(r"INSERT.*triage_lookup", each["sql"]))
        named = re.findall(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", statement)
        items = {each.item_id.hex for each in Lookup.objects.all()}
        orders.append([each for word in named if (each := word.replace("-", "")) in items])
    assert orders[0] == orders[1] == sorted(orders[0])


def test_cases_are_locked_before_their_look_ups_are_written(take_in):
    take_in("only", of_files(1))
    hit = Hit("list", "ab" * 32, "1", "", "", "", "owner", MatchKind.EXACT, SignalKind.MD5)
    with CaptureQueriesContext(connection) as caught, acting_as(SYSTEM):
        services.keep_answers([(each, [hit]) for each in Lookup.objects.select_related("item")])
    said = [each["sql"] for each in caught]
    locked = next(place for place, sql in enumerate(said) if re.search(r'FROM "triage_case" WHERE', sql))
    written = next(place for place, sql in enumerate(said) if sql.startswith('UPDATE "triage_lookup"'))
    assert locked < written
    assert said[locked].endswith("FOR UPDATE") or connection.vendor == "sqlite"
