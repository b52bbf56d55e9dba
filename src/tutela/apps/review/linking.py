"""Taking reports out of a case and merging cases: what a person does about the order that clues made, and undoes.

Rules:

1. Reports come together by clues, by themselves; they are parted, and whole cases merged, by people alone. That two
   files look alike asks a question; it moves nothing.
2. Cases that are merged have a clue or a look-alike in common. The emptied case is closed as a duplicate; its decisions
   and its chain of custody stay with it.
3. A report that is taken out goes to where its next clue leads, or to a case of its own. The clue that had led it no
   longer does; others that come by that clue go where they went.
4. A case whose question is open, whether its child is safe, is not emptied: the question never changes hands unseen.
5. Both can be undone, while neither case was erased. Each is one transaction, with both chains of custody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from tutela.apps.custody.public import is_erased
from tutela.apps.intake import public as intake
from tutela.apps.review.services import ReviewError
from tutela.apps.safeguarding import public as safeguarding
from tutela.apps.takedown import public as takedown
from tutela.apps.triage import public as triage
from tutela.domain.actors import Actor, Permission
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

REPORTS_MAX: Final = 2_000  # of both cases: each is sealed again, in one transaction


@transaction.atomic
def take_out(actor: Actor, case_id: UUID, report_id: UUID, note: str = "") -> UUID:
    """Take a report out of a case; return the case that it is in now."""
    triage.case(actor, case_id, Permission.REVIEW_ITEM_DECIDE)
    source = triage.locked([case_id])[case_id]
    reported = _reported(case_id)
    if report_id not in reported:
        raise Http404
    if len(reported) == 1:
        raise ReviewError(_("This is the only report of its case, so it cannot be taken out."))
    because = triage.led_by(case_id).get(report_id, "")
    leading = triage.next_home(source, report_id)
    if leading is not None and (home_id := leading.clue.home_id) and not is_erased(home_id):
        target = triage.locked([home_id])[home_id]
    else:
        leading, target = None, triage.own_case(source, intake.received_at(report_id))
    staying = {each: claims for each, claims in reported.items() if each != report_id}
    moving = triage.Moving(
        triage.Move.Kind.TAKEN_OUT,
        source,
        target,
        {report_id: reported[report_id]},
        staying,
        _reported(target.id),
        because,
        note,
    )
    _move(actor, moving)
    triage.lead(report_id, by=leading)
    return target.id


@transaction.atomic
def merge(actor: Actor, case_id: UUID, into_id: UUID, note: str = "") -> None:
    """Merge a case into another: its reports move, and it is closed."""
    if case_id == into_id:
        raise ReviewError(_("A case cannot be merged into itself."))
    for each in (case_id, into_id):
        triage.case(actor, each, Permission.REVIEW_ITEM_DECIDE)
    rows = triage.locked([case_id, into_id])
    source, target = rows[case_id], rows[into_id]
    common = next((each for each in triage.shared(actor, source) if each.case.id == into_id), None)
    if common is None:
        raise ReviewError(_("These cases have nothing in common, so they are not merged."))
    _may_empty(source)
    moving = triage.Moving(
        triage.Move.Kind.MERGED, source, target, _reported(case_id), {}, _reported(into_id), common.because, note
    )
    _move(actor, moving)
    triage.close_emptied(actor, source)


@transaction.atomic
def undo(actor: Actor, case_id: UUID, move_id: UUID) -> None:
    """Undo a move: what it brought and is still there goes back, and the clues that came with it."""
    done = triage.moves(case_id).select_for_update().filter(id=move_id).first()
    if done is None:
        raise Http404
    for each in (done.from_case_id, done.to_case_id):
        triage.case(actor, each, Permission.REVIEW_ITEM_DECIDE)
    rows = triage.locked([done.from_case_id, done.to_case_id])
    source, target = rows[done.to_case_id], rows[done.from_case_id]
    reported = _reported(source.id)
    moved = {each: claims for each, claims in reported.items() if str(each) in set(done.reports)}
    if done.undone_at is not None or not moved:
        raise ReviewError(_("This was undone already."))
    staying = {each: claims for each, claims in reported.items() if each not in moved}
    if not staying:
        _may_empty(source)
    is_merge = done.kind == triage.Move.Kind.MERGED
    back = triage.Moving(
        triage.Move.Kind.TAKEN_OUT if is_merge else triage.Move.Kind.MERGED,
        source,
        target,
        moved,
        staying,
        _reported(target.id),
        done.because,
        clues=tuple(done.clues),
    )
    made = _move(actor, back)
    if not is_merge:
        for report_id in moved:
            triage.lead_back(report_id, done.because)
    for each in (done, made):
        each.undone_at, each.undone_by = clock.now(), actor.pseudonym
        each.save(update_fields=["undone_at", "undone_by"])
    if not staying:
        triage.close_emptied(actor, source)


def _move(actor: Actor, moving: triage.Moving) -> triage.Move:
    if len(moving.moved) + len(moving.staying) + len(moving.there) > REPORTS_MAX:
        raise ReviewError(_("These cases have too many reports to be moved at once."))
    if moving.source.organisation_id != moving.target.organisation_id:
        raise Http404
    if any(is_erased(each.id) for each in (moving.source, moving.target)):
        raise ReviewError(_("One of these cases was erased, so nothing can be moved any more."))
    done = triage.move(actor, moving)
    intake.move(moving.moved, moving.target.id)
    takedown.move(done.location_ids, moving.target.id)
    return done.move


def _may_empty(case: triage.Case) -> None:
    if safeguarding.is_open(case.id):
        raise ReviewError(
            _("Nobody has answered yet whether the child is safe. Answer that first, or merge the other case into it.")
        )
    if triage.is_offered(case.id):
        raise ReviewError(_("This case is offered to a team already. It answers first."))


def _reported(case_id: UUID) -> dict[UUID, intake.Reported]:
    return dict(intake.claims_of(case_id))
