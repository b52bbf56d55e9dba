"""What holds cases together, and what goes between teams and organisations: clues, look-alikes, series, offers, rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutela.domain.actors import SYSTEM
from tutela.domain.ids import OrganisationId, TeamId
from tutela.domain.reports import Incident, Reported
from tutela.domain.skills import Skill

if TYPE_CHECKING:
    from uuid import UUID

    from tests.browser.world import Cast
    from tutela.domain.actors import Actor

_OTHERS = "Exchange of the Associated Hotlines of the Region, Second Desk"
_WHY = "The messages in both come from one game."


def live(cast: Cast, linked: UUID, alike: UUID) -> dict[str, str]:
    """Let people move reports between cases, and work with another organisation; return ids for addresses."""
    from tests.world import actor

    me = actor(cast.supervisor)
    _moved(me, linked)
    _looks_alike(linked, alike)
    series_id = _of_a_series(me, linked)
    agreement_id = _offered(cast, me, other=alike)
    _ruled(cast, me)
    return {
        "case_linked": str(linked),
        "case_offered": str(alike),
        "series": str(series_id),
        "agreement": str(agreement_id),
    }


def _moved(me: Actor, linked: UUID) -> None:
    from tutela.apps.intake.models import Report
    from tutela.apps.review import linking

    [first, second, _third] = Report.objects.filter(case_id=linked).order_by("received_at")
    linking.take_out(me, linked, first.id)
    linking.merge(me, linking.take_out(me, linked, second.id, "Somebody else sent it."), linked, _WHY)


def _looks_alike(linked: UUID, alike: UUID) -> None:
    from tutela.apps.triage.models import Item, Likeness

    [one, another] = [Item.objects.filter(sightings__case_id=each).distinct()[0] for each in (linked, alike)]
    Likeness.objects.create(
        organisation_id=one.organisation_id, item=one, other=another, distance_bits=12, threshold_bits=31
    )


def _of_a_series(me: Actor, linked: UUID) -> UUID:
    from tutela.apps.triage import series
    from tutela.apps.triage.models import Item

    item = Item.objects.filter(sightings__case_id=linked).distinct()[0]
    return series.put(me, linked, item.id, "K-2026-017").id


def _offered(cast: Cast, me: Actor, other: UUID) -> UUID:
    """One case offered to somebody who is not here, one offered by an organisation that is; both agree to be asked."""
    from tests.world import actor, make_desk, make_key
    from tutela.apps.access.public import Desk
    from tutela.apps.intake import transferring
    from tutela.apps.intake.models import Door
    from tutela.apps.intake.services import Submission, ground_of, receive
    from tutela.apps.triage import deconfliction
    from tutela.domain.actors import Permission

    transferring.offer(me, other, "Unit of the harbour district", "The host is in their district.")
    theirs = make_desk(_OTHERS)
    they = actor(theirs.colleague)
    reported = Reported(
        incident=Incident.SOLICITATION, text="A caller names a school.", addresses=("https://chat.example/7",)
    )
    desk = Desk(OrganisationId(theirs.organisation.id), TeamId(theirs.team.id))
    submission = Submission(Door.API, "theirs-00001", reported, ground_of())
    case_id = receive(they, desk, submission).case_id
    transferring.offer(they, case_id, cast.organisation.name, "The school is in your town. " * 5)
    key, _other_key = (make_key(cast.organisation, [Permission.TRIAGE_DECONFLICTION_ASK])[0] for _each in range(2))
    deconfliction.agree_outside(me, "Unit of the harbour district", key.id, cast.team.id)
    deconfliction.agree_inside(me, _OTHERS, cast.team.id)
    return deconfliction.agree_outside(me, "Police of the region, second unit", None, cast.team.id).id


def _ruled(cast: Cast, me: Actor) -> None:
    from tutela.apps.access import choosing
    from tutela.apps.triage import routing
    from tutela.apps.triage.routing_rules import Rule

    choosing.set_abilities(SYSTEM, cast.team.id, [Skill.CHILDREN, Skill.EXTORTION], ["de", "en"])
    rules = [
        Rule(incidents=frozenset({Incident.SOLICITATION, Incident.ABUSE}), skill=Skill.CHILDREN),
        Rule(jurisdictions=frozenset({"nl", "de"}), team_id=cast.team.id),
    ]
    routing.adopt(me, OrganisationId(cast.organisation.id), rules, "Children are answered by who can.", after=0)
