"""Where a report belongs: reports that share a clue meet in one case.

Rules:

1. The strongest clue of a report decides (`domain.reports.clues`). If it was never seen, the next one does; if none
   was, the report opens a case, and that is where its clues lead from then on.
2. Which clue led where is kept with each report (`Mention.led_here`): a person can see why, and undo it.
3. A clue leads to one case. A weaker clue that leads elsewhere moves nothing: both cases show what they share.
4. What was erased gathers nothing more: its clues lead to the case of whatever comes next.

Two reports of one thing that come at the same moment meet, too: whoever writes a clue first says where it leads, and
whoever comes second waits for that, reads it, and follows. Clues are written in one order, so nobody waits in a circle.

    report 1: page P            opens case A        P -> A
    report 2: page P, file F    goes to A by P      F -> A
    report 3: file F, page Q    goes to A by F      Q -> A
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutela.apps.custody.public import blind_index, erased_among, insert_together, read_together, update_together
from tutela.apps.triage.models import Clue
from tutela.domain import reports
from tutela.domain.ids import CaseId
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from tutela.domain.ids import OrganisationId, ReportId, TeamId
    from tutela.domain.lookups import Ground
    from tutela.domain.reports import Reported


@dataclass(frozen=True, slots=True)
class Arrival:
    """What intake hands on. `team_id` is the desk that receives, `sender` whose names for incidents are meant."""

    report_id: ReportId
    organisation_id: OrganisationId
    team_id: TeamId | None
    reported: Reported
    sender: str
    ground: Ground
    door: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a report belongs. `clues` are the ids of its clues, `led_by` that which decided; None where it `opens`."""

    case_id: CaseId
    clues: tuple[UUID, ...]
    led_by: UUID | None
    opens: bool


def place(arrivals: Sequence[Arrival]) -> list[Placed]:
    """Find where reports of one organisation belong, in the caller's transaction."""
    organisation_id = arrivals[0].organisation_id
    given = [
        {mark_of(organisation_id, clue): clue.kind for clue in reports.clues(each.reported, sender=each.sender)}
        for each in arrivals
    ]
    known = _leading(organisation_id, {mark for own in given for mark in own})
    homes = {mark: row.home_id for mark, row in known.items()}
    fresh: dict[str, Clue] = {}
    proposed = [CaseId(clock.new_id()) for _ in arrivals]
    for case_id, own in zip(proposed, given, strict=True):
        home_id = next((homes[mark] for mark in own if mark in homes), case_id)
        for mark in own.keys() - homes.keys():
            homes[mark] = home_id
            fresh[mark] = Clue(organisation_id=organisation_id, kind=own[mark], mark=mark, home_id=home_id)
    return _settled(proposed, given, known, _written(organisation_id, fresh))


def still_lead(placed: Sequence[Placed]) -> bool:
    """Whether every clue that decided leads where it did, now that the cases are locked: people merge cases, too."""
    led = {where.led_by: where.case_id for where in placed if where.led_by}
    return all(led[clue.id] == clue.home_id for clue in read_together(Clue, id=led))


def mark_of(organisation_id: OrganisationId, clue: reports.Clue) -> str:
    """Return under what a clue is kept and found again."""
    return blind_index(f"clue {clue.kind}", f"{organisation_id}\n{clue.value}")


def _written(organisation_id: OrganisationId, fresh: Mapping[str, Clue]) -> dict[str, Clue]:
    """Write clues that nobody had seen; return them, and where somebody else's came first, theirs."""
    if not fresh:
        return {}
    if insert_together((fresh[mark] for mark in sorted(fresh)), unless_there=True) == len(fresh):
        return dict(fresh)
    return _leading(organisation_id, fresh)


def _settled(
    proposed: Sequence[CaseId],
    given: Sequence[Mapping[str, reports.ClueKind]],
    known: Mapping[str, Clue],
    written: Mapping[str, Clue],
) -> list[Placed]:
    """Send each report where its strongest clue that was there before leads, or to a case of its own."""
    there, ours = dict(known), set(proposed)
    opened: set[CaseId] = set()
    placed: list[Placed] = []
    strays: list[Clue] = []  # written for a case that somebody else's clue made needless
    for case_id, own in zip(proposed, given, strict=True):
        led = next((there[mark] for mark in own if mark in there), None)
        theirs = next((written[mark] for mark in own if mark in written and written[mark].home_id not in ours), None)
        led = led or theirs
        home = CaseId(led.home_id) if led else case_id
        there |= {mark: written[mark] for mark in own if mark in written}
        needless = ours - opened - {home}  # cases, its own or of an earlier report, that somebody else's clue made so
        astray = [row for mark in own if (row := written.get(mark)) and row.home_id in needless]
        for row in astray:
            row.home_id = home
        strays += astray
        clues = tuple(there[mark].id for mark in own)
        placed.append(Placed(home, clues, led.id if led else None, home in ours and home not in opened))
        opened.add(home)
    update_together(strays, ["home"])
    return placed


def _leading(organisation_id: OrganisationId, marks: Collection[str]) -> dict[str, Clue]:
    """Return the clues that lead somewhere, by their marks; one that led to an erased case is forgotten."""
    rows = read_together(Clue, organisation_id=organisation_id, mark=marks)
    erased = erased_among({row.home_id for row in rows})
    if gone := [row.id for row in rows if row.home_id in erased]:
        Clue.objects.filter(id__in=gone).update(mark=None)
    return {str(row.mark): row for row in rows if row.home_id not in erased}
