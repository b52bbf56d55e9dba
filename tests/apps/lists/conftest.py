"""A hotline with two analysts and whoever keeps its lists, and a case with a file and an address."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import pytest

from tests.world import Desk, actor, make_desk, make_person
from tutela.apps.access.public import Desk as Door
from tutela.apps.intake import services as intake
from tutela.apps.intake.models import Door as Way
from tutela.apps.lists import publishing, services
from tutela.apps.lists.models import OwnEntry
from tutela.apps.lists.rules import Kind
from tutela.apps.triage.models import Case, Item, Location
from tutela.domain.actors import SYSTEM, Actor, Role
from tutela.domain.reports import Media, Reported

PAGE = "https://files.example/a?b=1"


@dataclass
class Hotline:
    """One organisation; `come` brings a report."""

    desk: Desk
    one: Actor
    other: Actor
    keeper: Actor
    reports: int = 0

    @property
    def id(self) -> Any:
        return self.desk.organisation.id

    def come(self, data: bytes | None = b"benign bytes", address: str = "") -> Case:
        self.reports += 1
        media = (Media({"sha256": hashlib.sha256(data).digest()}),) if data else ()
        given = Reported(media=media, addresses=(address,) if address else ())
        said = intake.Submission(
            Way.CALL, f"{self.desk.organisation.name}-{self.reports:04}", given, intake.ground_of()
        )
        made = intake.receive(SYSTEM, Door(self.desk.organisation.id, self.desk.team.id), said)
        return Case.objects.get(id=made.case_id)

    def say(self, who: Actor, case: Case, classification: str = "A1", scheme: str = "scheme 2") -> None:
        services.assess(who, case.id, item_of(case).id, classification, scheme)

    def listed(self, data: bytes = b"benign bytes") -> OwnEntry:
        """What two people viewed and agree on."""
        case = self.come(data)
        for who in (self.one, self.other):
            self.say(who, case)
        return OwnEntry.objects.get(item=item_of(case), state="listed")

    def publish(self, kind: Kind = Kind.HASH) -> Any:
        return publishing.publish(self.keeper, self.id, kind)

    def take(
        self, name: str, number: int, *, kind: Kind = Kind.HASH, since: int = 0, who: Actor | None = None
    ) -> bytes:
        return publishing.hand_out(who or self.keeper, kind, number, name, since=since)


def item_of(case: Case) -> Item:
    return Item.objects.filter(sightings__case=case).order_by("id").distinct().get()


def place_of(case: Case) -> Location:
    return Location.objects.get(case=case)


def make_hotline(name: str) -> Hotline:
    desk = make_desk(name)
    third = make_person(desk.organisation, "third", [Role.ANALYST], [desk.team])
    keeper = make_person(desk.organisation, "keeper", [Role.EXCHANGE_MANAGER])
    return Hotline(desk, actor(desk.colleague), actor(third), actor(keeper))


@pytest.fixture
def ours(db, home):
    return make_hotline("Example hotline")


@pytest.fixture
def theirs(ours):
    return make_hotline("Other hotline")
