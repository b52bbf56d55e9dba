"""Which rules of routing are in force, and where they send what comes in.

Rules:

1. Each set of rules is a version of its organisation; the newest is in force. It never changes: who wants others adopts
   the next version, with a reason, after having seen its effect on the cases of the last days.
2. A case keeps what was asked about it and by which rule of which version it came (`Case.route`): it can always say
   why. Versions that come later move no case.
3. Rules choose only where a case *comes* to. It moves to another team by a hand-over (`handing`).
4. Tables of other people's facts ship empty: the seats of platforms (`platform_seats.csv`), and in which country a
   network is (`networks.csv`). Without them nothing is proposed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tutela.apps.access.public import Target, abilities, authorise
from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, pseudonym_of, record
from tutela.apps.tables import Row, Table, dates
from tutela.apps.triage import routing_rules
from tutela.apps.triage.models import RoutingPlan
from tutela.apps.triage.networks import networks
from tutela.apps.triage.routing_rules import RULES_MAX, Bearings, Rule, Unit, Way
from tutela.domain.actors import Actor, Permission
from tutela.domain.errors import TutelaError
from tutela.domain.jurisdictions import DatedRule
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.apps.triage.folding import Arrival, Placed
    from tutela.domain.ids import CaseId, OrganisationId

REASON_CHARACTERS_MAX: Final = 1000


class RoutingError(TutelaError):
    """Rules cannot be adopted; the message is for the person who tried."""


def routes_for(arrivals: Sequence[Arrival], placed: Sequence[Placed]) -> dict[CaseId, dict[str, Any]]:
    """Return for each case that these reports open its `team_id` and `route`; two questions to the database in all."""
    opening = [(arrival, where.case_id) for arrival, where in zip(arrivals, placed, strict=True) if where.opens]
    if not opening:
        return {}
    organisation_id = opening[0][0].organisation_id
    number, rules = in_force(organisation_id)
    units = units_of(organisation_id) if rules else []
    return {case_id: _routed(arrival, number, rules, units) for arrival, case_id in opening}


def in_force(organisation_id: UUID) -> tuple[int, list[Rule]]:
    """Return the version in force and its rules; 0 and none where nobody adopted any."""
    row = history(organisation_id).first()
    return (row.number, read(row.rules)) if row else (0, [])


def history(organisation_id: UUID) -> QuerySet[RoutingPlan]:
    """Return every version that was adopted, the newest first."""
    return RoutingPlan.objects.filter(organisation_id=organisation_id)


def units_of(organisation_id: UUID) -> list[Unit]:
    """Return the teams of an organisation by their names, as routing sees them."""
    return [Unit(each.team_id, each.name, each.skills, each.languages) for each in abilities(organisation_id)]


def plain(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """Return rules as JSON can say them."""
    return [rule.plain() for rule in rules]


def read(rows: Sequence[Mapping[str, Any]]) -> list[Rule]:
    """Read what `plain` wrote."""
    return [Rule.read(row) for row in rows]


def adopt(actor: Actor, organisation_id: OrganisationId, rules: Sequence[Rule], reason: str, *, after: int) -> None:
    """Adopt rules as the version after the one that was looked at.

    Raises:
        RoutingError: there is no reason, they are those in force, too many, or another version came in between.
    """
    authorise(actor, Permission.TRIAGE_ROUTING_EDIT, Target(organisation_id))
    number, before = in_force(organisation_id)
    teams = {unit.team_id for unit in units_of(organisation_id)}
    if not reason.strip():
        raise RoutingError(_("Say why the rules are changed."))
    if number != after:
        raise RoutingError(_("Other rules are in force since you looked. Look at the effect again."))
    if list(rules) == before:
        raise RoutingError(_("These are the rules in force."))
    if len(rules) > RULES_MAX:
        raise RoutingError(_("There are more rules than anybody could follow."))
    if any(rule.team_id is not None and rule.team_id not in teams for rule in rules):
        raise RoutingError(_("A rule names a team that is not here."))
    if any(rule.team_id is None and rule.skill is None for rule in rules):
        raise RoutingError(_("Each rule names a team, or the skill that a team must have."))
    try:
        _write(actor, organisation_id, number + 1, plain(rules), reason)
    except IntegrityError as error:  # somebody else was first
        raise RoutingError(_("Other rules are in force since you looked. Look at the effect again.")) from error


@transaction.atomic
def _write(actor: Actor, organisation_id: OrganisationId, number: int, rows: list[dict[str, Any]], reason: str) -> None:
    made = RoutingPlan(organisation_id=organisation_id, number=number, rules=rows, adopted_by=pseudonym_of(actor))
    record(
        Action.POLICY_ADOPTED,
        kind=ObjectKind.POLICY,
        object_id=made.id,
        actor=actor,
        digests={"rules": hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).digest()},
        reason=ReasonCode.PERSON_DECIDED,
    )
    made.reason = reason.strip()[:REASON_CHARACTERS_MAX]
    made.save(force_insert=True)


def kept(way: Way, number: int, found: Bearings, fallback: UUID | None) -> dict[str, Any]:
    """Return what a case keeps of how it came: the version, the rule, what decided, what was asked."""
    decided = [way.proposal.jurisdiction, way.proposal.basis.value] if way.proposal else []
    team, desk = (str(each or "") for each in (way.team_id, fallback))
    return {
        "version": number, "rule": way.rule, "team": team, "desk": desk, "decided": decided, "found": found.plain(),
    }  # fmt: skip


def _routed(arrival: Arrival, number: int, rules: Sequence[Rule], units: Sequence[Unit]) -> dict[str, Any]:
    found = routing_rules.bearings(
        arrival.reported,
        door=arrival.door,
        under=arrival.ground.jurisdiction,
        country_of=networks().country_of,
        seats=seats(clock.now().date()),
    )
    way = routing_rules.decide(rules, units, found, arrival.team_id)
    return {"team_id": way.team_id, "route": kept(way, number, found, arrival.team_id)}


#### Tables of other people's facts ####


@dataclass(frozen=True, slots=True)
class Seat(DatedRule):
    """Where a platform, its name in small letters, has its seat."""

    platform: str
    jurisdiction: str


def seats(today: date) -> dict[str, str]:
    """Return the seat of each platform on a day. Rows that nobody reviewed propose as well: seats only propose."""
    return {row.platform: row.jurisdiction for row in SEATS.rows() if row.is_in_force(today)}


def _seat(row: Row) -> Seat:
    return Seat(row["platform"].casefold(), row["jurisdiction"].lower(), **dates(row))


SEATS: Final = Table(
    "platform_seats.csv",
    Path(__file__).parent / "data" / "platform_seats.csv",
    _seat,
    title=lambda: _("Seats of platforms"),
    without=lambda: _("Accounts propose no jurisdiction."),
)
