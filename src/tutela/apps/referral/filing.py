"""The worker of filings: begin a call, make it, keep what came back; each of the two keepings is one transaction.

No transaction is open while an authority is asked. Whoever dies in between leaves a call that was begun and has no
answer; the next one finds it, takes it for lost, and the rules say what that means. A worker that was only slow, and
was taken for dead, finds another turn than its own: what it brings is kept beside its call, and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from tutela.apps.custody.public import Action, ObjectKind, ReasonCode, record
from tutela.apps.referral import calling, documents, preserving, rules, states
from tutela.apps.referral.models import CallMade, Filing
from tutela.apps.referral.rules import Heard, Step, Why
from tutela.domain.actors import SYSTEM
from tutela.engine import clock

if TYPE_CHECKING:
    from uuid import UUID

    from tutela.apps.referral.calling import Line, Response
    from tutela.domain.media_source import MediaSource

_ENDS = {Step.FILED: Action.FILING_FILED, Step.WITHDRAWN: Action.FILING_WITHDRAWN, Step.WAITING: Action.FILING_STOPPED}


@dataclass(frozen=True, slots=True)
class Begun:
    """A call that is kept as begun, its turn, and how many failed before it."""

    filing_id: UUID
    turn: int
    failures: int
    prepared: documents.Prepared


def go_on(filing_id: UUID, line: Line | None, source: MediaSource | None = None) -> int | None:
    """Make calls until the filing ends, waits or fails; return the seconds until the next call, None where none is."""
    while True:
        begun = begin(filing_id, source, may_ask=line is not None)
        if begun is None or line is None:
            return None
        kept = keep(begun, line.ask(begun.prepared.request))
        if kept is None or rules.next_call(kept) is None:
            return None
        if kept.failures > begun.failures:
            return rules.wait_s(kept.failures)


@transaction.atomic
def begin(filing_id: UUID, source: MediaSource | None, *, may_ask: bool = True) -> Begun | None:
    """Keep that the next call is about to be made, and return it; None where there is none to make."""
    row = Filing.objects.select_for_update().get(id=filing_id)
    state = read(row)
    if state is None:
        return None
    if state.sent is not None:  # whoever began it is dead, or slow beyond its lease
        state = _lost(row, state)
    call, draft = rules.next_call(state), row.draft
    if call is None or not draft:
        write(row, state)
        return None
    prepared = Why.NOT_CONFIGURED
    if may_ask:
        prepared = documents.prepare(states.read_draft(draft), call, state.opened, source)
    if isinstance(prepared, Why):
        write(row, rules.interrupt(state, prepared))
        return None
    row.turn += 1
    CallMade.objects.create(filing=row, case_id=row.case_id, turn=row.turn, call=call, asked=prepared.kept)
    write(row, rules.begun(state, call))
    _record(Action.FILING_ASKED, row, digests={"sha256": prepared.sha256})
    return Begun(row.id, row.turn, state.failures, prepared)


@transaction.atomic
def keep(begun: Begun, response: Response | None) -> rules.Filing | None:
    """Keep what came back of a call; None where another took its place: then it changes nothing, but is not lost."""
    row = Filing.objects.select_for_update().get(id=begun.filing_id)
    state = read(row)
    if state is None:
        return None
    if row.turn != begun.turn or state.sent is None or state.step is not Step.FILING:
        _keep_answer(row, begun.turn, Heard.LOST, response)
        return None
    answer = calling.meaning(state.sent, response, md5=begun.prepared.md5)
    _keep_answer(row, row.turn, answer.heard, response)
    return write(row, rules.answered(state, answer, clock.now()))


def read(row: Filing) -> rules.Filing | None:
    """Return how a filing stands; None where its case was erased."""
    return states.read(row.state) if row.state else None


def write(row: Filing, state: rules.Filing) -> rules.Filing:
    """Keep how a locked filing stands, record where it ended or stopped, and begin what must be kept from then on."""
    before = row.step
    row.state, row.step = states.write(state), state.step.value
    if state.opened is not None:
        row.reference = state.opened.report_id
    if state.step in rules.ENDED and row.ended_at is None:
        row.ended_at = clock.now()
    row.save(update_fields=["state", "step", "reference", "turn", "ended_at"])
    if state.step.value != before and state.step in _ENDS:
        _record(_ENDS[state.step], row)
    if state.step is Step.FILED and before != Step.FILED:
        preserving.start(row, states.read_draft(row.draft or ""))
    return state


def _lost(row: Filing, state: rules.Filing) -> rules.Filing:
    _keep_answer(row, row.turn, Heard.LOST, None)
    return rules.answered(state, rules.Answer(Heard.LOST), clock.now())


def _keep_answer(row: Filing, turn: int, heard: Heard, response: Response | None) -> None:
    made = CallMade.objects.get(filing=row, turn=turn)
    made.heard, made.answered_at = heard.value, clock.now()
    if response is not None:
        made.http_status, made.request_id = response.status, response.request_id
        made.answer = response.body.decode("latin-1")
    made.save(update_fields=["heard", "answered_at", "http_status", "request_id", "answer"])
    _record(Action.FILING_HEARD, row, reason=ReasonCode.UNREACHABLE if heard is Heard.LOST else None)


def _record(
    action: Action, row: Filing, *, digests: dict[str, bytes] | None = None, reason: ReasonCode | None = None
) -> None:
    record(
        action,
        kind=ObjectKind.FILING,
        object_id=row.id,
        case_id=row.case_id,
        actor=SYSTEM,
        digests=digests or {},
        reason=reason,
    )
