"""What the organisation itself lists: files and an address, two versions, an error, a proposal, and who takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutela.domain.actors import SYSTEM, Permission

if TYPE_CHECKING:
    from uuid import UUID

    from tests.browser.world import Cast
    from tutela.domain.actors import Actor


def live(cast: Cast, known: UUID, confirmed: UUID, proposed: UUID) -> dict[str, str]:
    """Let two people view and agree, publish, and take one off again; return ids for addresses."""
    from tests.world import actor, make_key, make_person
    from tutela.apps.access.public import key_actor
    from tutela.apps.lists import publishing, services
    from tutela.apps.lists.models import OwnEntry
    from tutela.apps.lists.rules import Kind, Why
    from tutela.apps.triage.models import Location
    from tutela.domain.actors import Role

    me, organisation = actor(cast.supervisor), cast.organisation
    other = actor(make_person(organisation, "second-desk", [Role.ANALYST], [cast.team]))
    third = actor(make_person(organisation, "third-desk", [Role.SUPERVISOR], [cast.team]))
    right, wrong = (_agreed(each, me, third) for each in (known, confirmed))
    place = Location.objects.filter(case_id=known).earliest("reported_at")
    services.propose_address(me, known, place.id)
    cast.calendar.forward(days=1)
    for kind in Kind:
        publishing.publish(SYSTEM, organisation.id, kind)
    key, _secret = make_key(organisation, [Permission.LISTS_VERSION_READ])
    publishing.hand_out(key_actor(key), Kind.HASH, 1, "whole.csv")
    services.withdraw(SYSTEM, wrong, Why.ERROR)
    _said(proposed, other)
    cast.calendar.forward(days=1)
    publishing.publish(SYSTEM, organisation.id, Kind.HASH)
    services.propose_address(me, proposed, Location.objects.filter(case_id=proposed).earliest("reported_at").id)
    return {
        "own_entry": str(right),
        "own_entry_wrong": str(wrong),
        "own_entry_proposed": str(OwnEntry.objects.get(kind=Kind.HASH, state="proposed").id),
    }


def _agreed(case_id: UUID, *people: Actor) -> UUID:
    from tutela.apps.lists.models import OwnEntry

    for who in people:
        _said(case_id, who)
    return OwnEntry.objects.filter(item__sightings__case_id=case_id).distinct().get().id


def _said(case_id: UUID, who: Actor) -> None:
    from tutela.apps.lists import services
    from tutela.apps.triage.models import Item

    item = Item.objects.filter(sightings__case_id=case_id).exclude(fold=None).distinct()[0]
    services.assess(who, case_id, item.id, "A1", "Example scheme 2")
