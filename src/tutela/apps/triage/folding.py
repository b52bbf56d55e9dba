"""Where a report belongs: reports that share a clue meet in one case.

Rules:

1. The strongest clue of a report decides (`domain.reports.clues`). If it was never seen, the next one does; if none
   was, the report opens a case, and that is where its clues lead from then on.
2. Which clue led where is kept with each report (`Mention.led_here`): a person can see why, and undo it.
3. A clue leads to one case. A weaker clue that leads elsewhere moves nothing: both cases show what they share.
4. What was erased gathers nothing more: its clues lead to the case of whatever comes next.
5. A case that has `REPORTS_MAX` reports is full and gathers nothing more either: what goes round among very many would
   make one case of everything. Its clues stay, so that a person sees what shares them, and lead nowhere; each leads to
   the case of the next report that nothing else leads, from then on.

Two reports of one thing that come at the same moment meet, too: whoever writes a clue first says where it leads, and
whoever comes second waits for that, reads it, and follows. Clues are written in one order, so nobody waits in a circle.

    report 1: page P            opens case A        P -> A
    report 2: page P, file F    goes to A by P      F -> A
    report 3: file F, page Q    goes to A by F      Q -> A
    (A is full)                                     P, F, Q -> nowhere
    report 4: page P            opens case B        P -> B
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from tutela.apps.custody.public import (
    blind_indexes,
    erased_among,
    insert_together,
    read_together,
    row_of,
    update_together,
)
from tutela.apps.triage.models import Clue
from tutela.domain import reports
from tutela.domain.ids import CaseId
from tutela.domain.limits import CaseLimits
from tutela.engine import clock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from uuid import UUID

    from tutela.apps.triage.models import Case
    from tutela.domain.ids import OrganisationId, ReportId, TeamId
    from tutela.domain.lookups import Ground
    from tutela.domain.reports import Reported

REPORTS_MAX: Final = CaseLimits().reports_max


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
    """Where a report belongs. `clues` are the ids of its clues, `led_by` that which decided; None where it `opens`.

    `pages` are its addresses, by the marks of their pages.
    """

    case_id: CaseId
    clues: tuple[UUID, ...]
    led_by: UUID | None
    opens: bool
    pages: Mapping[str, str]


def place(arrivals: Sequence[Arrival]) -> list[Placed]:
    """Find where reports of one organisation belong, in the caller's transaction."""
    organisation_id = arrivals[0].organisation_id
    given = _marked(organisation_id, [reports.clues(each.reported, sender=each.sender) for each in arrivals])
    known, loose = _leading(organisation_id, {mark for own in given for mark in own})
    homes = {mark: row.home_id for mark, row in known.items()}
    fresh: dict[str, Clue] = {}
    proposed = [CaseId(clock.new_id()) for _ in arrivals]
    for case_id, own in zip(proposed, given, strict=True):
        home_id = next((homes[mark] for mark in own if mark in homes), case_id)
        for mark in (mark for mark in own if mark not in homes):
            homes[mark] = home_id
            if mark in loose:
                loose[mark].home_id = home_id
                continue
            fresh[mark] = row_of(Clue, organisation_id=organisation_id, kind=own[mark].kind, mark=mark, home_id=home_id)
    written, met = _written(organisation_id, fresh)
    placed = _settled(proposed, given, known, written | loose)
    update_together([*loose.values(), *met], ["home"])
    return placed


def still_lead(placed: Sequence[Placed]) -> bool:
    """Whether every clue that decided leads where it did, now that the cases are locked: people merge cases, too."""
    led = {where.led_by: where.case_id for where in placed if where.led_by}
    return all(led[clue.id] == clue.home_id for clue in read_together(Clue, id=led))


def let_go(cases: Iterable[Case]) -> None:
    """Let the clues of locked cases that are full lead nowhere, in the caller's transaction."""
    if full := [case.id for case in cases if case.report_count >= REPORTS_MAX]:
        Clue.objects.filter(home_id__in=full).update(home=None)


def mark_of(organisation_id: OrganisationId, clue: reports.Clue) -> str:
    """Return under what a clue is kept and found again."""
    return _marks(organisation_id, [clue])[0]


def _marks(organisation_id: OrganisationId, clues: Iterable[reports.Clue]) -> list[str]:
    whose = str(organisation_id)
    return blind_indexes((f"clue {clue.kind}", f"{whose}\n{clue.value}") for clue in clues)


def _marked(organisation_id: OrganisationId, given: Iterable[Iterable[reports.Clue]]) -> list[dict[str, reports.Clue]]:
    """Return the clues of each report by their marks, in their order."""
    listed = [list(own) for own in given]
    marks = iter(_marks(organisation_id, chain.from_iterable(listed)))
    return [{next(marks): clue for clue in own} for own in listed]


def _written(organisation_id: OrganisationId, fresh: Mapping[str, Clue]) -> tuple[dict[str, Clue], list[Clue]]:
    """Write clues that nobody had seen; return them, and where somebody else's came first, theirs.

    Some of theirs may lead nowhere by now: these lead where ours were to, and are returned once more, to be saved.
    """
    if not fresh:
        return {}, []
    if insert_together((fresh[mark] for mark in sorted(fresh)), unless_there=True) == len(fresh):
        return dict(fresh), []
    known, loose = _leading(organisation_id, fresh)
    for mark, row in loose.items():
        row.home_id = fresh[mark].home_id
    found = known | loose
    forgotten = {mark: row for mark, row in fresh.items() if mark not in found}  # theirs led to what was erased
    written, met = _written(organisation_id, forgotten)
    return found | written, [*loose.values(), *met]


def _settled(
    proposed: Sequence[CaseId],
    given: Sequence[Mapping[str, reports.Clue]],
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
        home = CaseId(led.home_id) if led and led.home_id else case_id
        there |= {mark: written[mark] for mark in own if mark in written}
        for row in (written[mark] for mark in own if mark in written):
            if row.home_id in ours and row.home_id not in opened and row.home_id != home:
                row.home_id = home  # that case, its own or of an earlier report, is needless: another's clue came first
                strays.append(row)
        clues = tuple(there[mark].id for mark in own)
        pages = {mark: clue.said for mark, clue in own.items() if clue.kind is reports.ClueKind.PAGE}
        opens = home in ours and home not in opened
        placed.append(Placed(home, clues, led.id if led else None, opens, pages))
        opened.add(home)
    update_together(strays, ["home"])
    return placed


def _leading(organisation_id: OrganisationId, marks: Collection[str]) -> tuple[dict[str, Clue], dict[str, Clue]]:
    """Return the clues that lead somewhere and, locked, those that lead nowhere, by their marks.

    One that led to an erased case is forgotten.
    """
    rows = read_together(Clue, organisation_id=organisation_id, mark=marks)
    if nowhere := [row.id for row in rows if row.home_id is None]:
        rows = [row for row in rows if row.home_id is not None] + read_together(Clue, id=nowhere, lock=True)
    erased = erased_among({row.home_id for row in rows if row.home_id})
    if gone := [row.id for row in rows if row.home_id in erased]:
        Clue.objects.filter(id__in=gone).update(mark=None)
    there = {str(row.mark): row for row in rows if row.home_id not in erased and row.mark}
    known = {mark: row for mark, row in there.items() if row.home_id is not None}
    return known, {mark: row for mark, row in there.items() if row.home_id is None}
