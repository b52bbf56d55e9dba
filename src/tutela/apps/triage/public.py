"""What other apps may ask of triage: to take a report in, and to see a case within an actor's reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tutela.apps.access.public import can, visible
from tutela.apps.triage import ranking
from tutela.apps.triage.arriving import take_in
from tutela.apps.triage.assessing import assessed, carried, forget_entry, keep_assessments, retract, retracted
from tutela.apps.triage.clocks import CLOCKS, Running, running
from tutela.apps.triage.deconfliction import Elsewhere, elsewhere
from tutela.apps.triage.folding import Arrival, Placed, mark_of, place
from tutela.apps.triage.handing import handovers, is_offered, offers
from tutela.apps.triage.labels import Because, Explained, explained
from tutela.apps.triage.likeness import answer as answer_likeness
from tutela.apps.triage.links import Shared, lead, lead_back, led_by, locked, moves, sentence_of, shared
from tutela.apps.triage.models import (
    Assessment,
    Case,
    CaseState,
    Item,
    Likeness,
    Location,
    Lookup,
    Match,
    Mention,
    Move,
)
from tutela.apps.triage.moving import Moving, close_emptied, move, next_home, own_case
from tutela.apps.triage.networks import NETWORKS, networks
from tutela.apps.triage.queue import queue
from tutela.apps.triage.ranking import rank_all
from tutela.apps.triage.routing import SEATS
from tutela.apps.triage.routing_labels import proposals_of, why_here
from tutela.apps.triage.rules import Closing, may_confirm_unseen
from tutela.apps.triage.series import of_case as series_of
from tutela.apps.triage.services import TriageError, case, close, confirmed, target_of
from tutela.apps.triage.sharing import Told, tells_reports
from tutela.domain.actors import Actor, Permission
from tutela.domain.lists import MatchKind
from tutela.domain.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django.db.models import QuerySet

    from tutela.domain import reports
    from tutela.domain.ids import OrganisationId
    from tutela.domain.period import Period

__all__ = [
    "CLOCKS",
    "NETWORKS",
    "SEATS",
    "Arrival",
    "Assessment",
    "Because",
    "Case",
    "CaseState",
    "Closing",
    "Elsewhere",
    "Explained",
    "Item",
    "Likeness",
    "Match",
    "Move",
    "Moving",
    "Placed",
    "Running",
    "Shared",
    "Told",
    "TriageError",
    "answer_likeness",
    "assessed",
    "because",
    "carried",
    "case",
    "cases_with",
    "close",
    "close_emptied",
    "confirmed",
    "elsewhere",
    "exact_matches",
    "forget_entry",
    "handovers",
    "indicators",
    "is_offered",
    "items",
    "keep_assessments",
    "lead",
    "lead_back",
    "led_by",
    "locations",
    "locked",
    "matches",
    "may_confirm_unseen",
    "move",
    "moves",
    "networks",
    "next_home",
    "own_case",
    "place",
    "proposals_of",
    "rank_all",
    "reachable",
    "refused_lookups",
    "retract",
    "retracted",
    "running",
    "sentence_of",
    "series_of",
    "shared",
    "take_in",
    "target_of",
    "tells_reports",
    "waiting",
    "why_here",
]


def because(case: Case) -> Explained:
    """Return why a case stands where it stands, by the weights in force."""
    return explained(case, ranking.in_force(case.organisation_id))


def cases_with(organisation_id: OrganisationId, clue: reports.Clue) -> QuerySet[Mention, UUID]:
    """Return the cases of an organisation in which a report has this clue. Who may see them is for `reachable`."""
    mark = mark_of(organisation_id, clue)
    rows = Mention.objects.filter(clue__organisation_id=organisation_id, clue__mark=mark)
    return rows.values_list("case_id", flat=True)


def reachable(actor: Actor, case_ids: Iterable[UUID]) -> QuerySet[Case]:
    """Return those of these cases that the actor may see, the newest first."""
    reach = visible(actor, Permission.REVIEW_ITEM_READ, teams="team")
    return Case.objects.filter(reach, id__in=case_ids).order_by("-opened_at", "id")


def items(case_id: UUID) -> QuerySet[Item]:
    """Return what was sighted in a case, each once. The caller has asked for the case."""
    return Item.objects.filter(sightings__case_id=case_id).distinct().order_by("id")


def matches(case_id: UUID) -> QuerySet[Match]:
    """Return what lists said about a case, exact before near. The caller has asked for the case."""
    return Match.objects.filter(item__in=items(case_id))


def refused_lookups(case_id: UUID) -> QuerySet[Lookup]:
    """Return how often the lists were not asked about a case, and on what ground. The caller has asked for the case."""
    return Lookup.objects.filter(item__in=items(case_id), was_refused=True)


def exact_matches(case_id: UUID) -> QuerySet[Match]:
    """Return what lists know exactly."""
    return matches(case_id).filter(kind=MatchKind.EXACT)


def locations(case_id: UUID) -> QuerySet[Location]:
    """Return where the items of a case were reported. The caller has asked for the case."""
    return Location.objects.filter(case_id=case_id)


def indicators(period: Period, organisation_id: OrganisationId | None = None) -> Mapping[str, int]:
    """Return what triage can count: cases opened, and items that a list knew exactly, for one organisation or all."""
    opened = Case.objects.filter(opened_at__gte=period.start, opened_at__lt=period.end)
    known = Match.objects.filter(kind=MatchKind.EXACT, found_at__gte=period.start, found_at__lt=period.end)
    if organisation_id is not None:
        opened, known = (
            opened.filter(organisation_id=organisation_id),
            known.filter(item__organisation_id=organisation_id),
        )
    return {"cases-opened": opened.count(), "items-known": known.values("item_id").distinct().count()}


def waiting(actor: Actor) -> list[Waiting]:
    """Return what waits for this actor: cases to decide."""
    if not can(actor, Permission.REVIEW_ITEM_DECIDE):
        return []
    count, offered = queue(actor).order_by().count(), offers(actor).count()
    lines = [
        Waiting(_("Cases to decide"), count, "/queue/"),
        Waiting(_("Offered to your team"), offered, "/hand-overs/"),
    ]
    return [line for line in lines if line.count]
