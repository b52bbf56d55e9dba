"""How a report is filed with an authority exactly once, although any answer may be lost. Pure.

Rules:

1. A filing goes from step to step; a person decides at the beginning, and wherever nothing else can:

    draft ──approve──> approved ──> filing ──> filed
      │                    │        │   └────> waiting, for a person: resume, settle or withdraw
      └────────────────────┴────────┴────────> withdrawn

2. With the CyberTipline, filing is a row of calls: submit opens a report, each file is uploaded and described, and
   `finish` files it, which cannot be undone. Whatever is not finished lapses: 24 h after it was opened, or 1 h after
   its last change, whichever is later. So only `finish` can file anything, and only once for one report.
3. A call is kept as begun before it is made, and its answer after. One that was begun without an answer is lost: a
   crash and a broken line are the same. What is known then, and what comes next:

    submit ........ perhaps an open report that nobody will finish: it lapses. Submit again.
    upload, file .. an open report with perhaps one file too many. Retract it, then submit anew.
    finish ........ filed, or not yet. Finish the *same* report again: "already finished" is the proof.
    retract ....... retracted, or not yet. Retract again.

4. A report that is gone is started over, unless its `finish` was sent and it had no time to lapse: then a person asks.
   So does a person where the credentials or the document are refused, an answer is not known, something was finished
   that we never finished, or after `FAILURES_MAX` failures.
5. Filed is what the authority's own words prove: its receipt, or its answer that this report is finished already.
   Where a person heard it in another way, that is what is kept.
6. An authority that takes no calls gets a signed package from a person. Its filing waits, visibly, for the receipt.
7. Where policy wants four eyes, whoever wrote a draft does not approve it.

>>> filing = approve(Filing(files=0), writer="p-1", approver="p-2", needs_two=True)
>>> calls = []
>>> for answer in (Answer(Heard.OK, report_id="7"), Answer(Heard.LOST), Answer(Heard.FINISHED)):
...     call = next_call(filing)
...     calls.append(call.value)
...     filing = answered(begun(filing, call), answer, datetime(2026, 11, 22, 12))
>>> calls, filing.step.value, filing.proof.value
(['submit', 'finish', 'finish'], 'filed', 'said-so')
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tutela.domain.errors import TutelaError

FAILURES_MAX: Final = 10  # since a person last looked
LAPSES_AFTER_OPENING_H: Final = 24
LAPSES_AFTER_CHANGE_H: Final = 1
_WAIT_S_MIN: Final = 30
_WAIT_S_MAX: Final = 3600


class FilingError(TutelaError):
    """A filing cannot go that way."""


class Step(StrEnum):
    """Where a filing stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    FILING = "filing"  # calls are being made
    WAITING = "waiting"  # for a person
    FILED = "filed"
    WITHDRAWN = "withdrawn"


ENDED: Final = frozenset({Step.FILED, Step.WITHDRAWN})


class Call(StrEnum):
    """What is asked of the authority."""

    SUBMIT = "submit"
    UPLOAD = "upload"
    FILE_INFO = "file-info"
    FINISH = "finish"
    RETRACT = "retract"


class Heard(StrEnum):
    """What an answer means for whoever asked."""

    OK = "ok"
    LOST = "lost"  # none came, or none that can be read
    FAILED = "failed"  # it says that it may be tried again
    NOT_ALLOWED = "not-allowed"  # the credentials
    NOT_TAKEN = "not-taken"  # the document
    NO_REPORT = "no-report"
    NO_FILE = "no-file"
    RETRACTED = "retracted"
    FINISHED = "finished"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """Why a person must look."""

    NOT_ALLOWED = "not-allowed"
    NOT_TAKEN = "not-taken"
    NOT_CONFIGURED = "not-configured"  # there is no way to the authority
    NO_BYTES = "no-bytes"  # of a file that was to go along: nobody hands them over any more
    NOT_KNOWN = "not-known"  # an answer of which nobody knows what it means
    VANISHED = "vanished"  # gone, though it may have been finished
    FINISHED_BY_OTHERS = "finished-by-others"  # than this record knows of
    TOO_OFTEN = "too-often"
    OTHER_FILES = "other-files"  # filed, but the receipt names other files than those that were sent
    HANDED_OVER = "handed-over"  # by a person, to an authority that takes no calls; its receipt is not here yet


class Proof(StrEnum):
    """How it is known that something was filed."""

    RECEIPT = "receipt"
    SAID_SO = "said-so"  # the receipt was lost; the authority says that the report is finished
    PERSON = "person"  # heard it in another way, and says which


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from one call. `file_ids` are those of a receipt."""

    heard: Heard
    report_id: str = ""
    file_id: str = ""
    file_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A report that was opened with the authority. `finishes`: how often its end was asked for."""

    report_id: str
    opened_at: datetime
    changed_at: datetime
    file_ids: tuple[str, ...] = ()
    described: int = 0
    finishes: int = 0

    @property
    def lapses_at(self) -> datetime:
        """When it is deleted unless it was finished."""
        opened, changed = timedelta(hours=LAPSES_AFTER_OPENING_H), timedelta(hours=LAPSES_AFTER_CHANGE_H)
        return max(self.opened_at + opened, self.changed_at + changed)


@dataclass(frozen=True, slots=True)
class Filing:
    """All that decides what comes next. `sent`: the call that was begun and has no answer yet."""

    files: int
    step: Step = Step.DRAFT
    opened: Opened | None = None
    sent: Call | None = None
    is_torn: bool = False  # what was opened is not as it should be: it is retracted first
    is_recalled: bool = False  # a person wants it back
    failures: int = 0
    why: Why | None = None
    proof: Proof | None = None


#### What people do ####


def approve(filing: Filing, *, writer: str, approver: str, needs_two: bool) -> Filing:
    """Let a draft go. `FilingError` where it is none, or its writer may not be the one who lets it go."""
    if filing.step is not Step.DRAFT:
        raise FilingError("only a draft is approved")
    if needs_two and writer == approver:
        raise FilingError("somebody else approves what one has written")
    return replace(filing, step=Step.APPROVED)


def withdraw(filing: Filing) -> Filing:
    """Take a filing back: at once where nothing is open there, else by retracting, which may come too late."""
    if filing.step in ENDED:
        raise FilingError("it has ended already")
    if filing.opened is None:
        return replace(filing, step=Step.WITHDRAWN, sent=None, why=None)
    return replace(filing, step=Step.FILING, is_recalled=True, is_torn=True, failures=0, why=None)


def resume(filing: Filing) -> Filing:
    """Go on after a person looked, and perhaps mended something: what was opened is retracted first."""
    if filing.step is not Step.WAITING or filing.why is Why.HANDED_OVER:
        raise FilingError("nothing can go on by itself here")
    return replace(filing, step=Step.FILING, is_torn=filing.opened is not None, failures=0, why=None)


def hand_over(filing: Filing) -> Filing:
    """Keep that a person gave the package to the authority."""
    if filing.step is not Step.APPROVED:
        raise FilingError("only what is approved is handed over")
    return _waits(filing, Why.HANDED_OVER)


def settle(filing: Filing) -> Filing:
    """Keep that a person heard, in another way, that it is filed. Only where it may be."""
    may_be = filing.opened is not None or filing.why is Why.HANDED_OVER
    if filing.step is not Step.WAITING or not may_be:
        raise FilingError("nothing was opened that may be filed")
    return _filed(filing, Proof.PERSON)


#### What the worker does ####


def next_call(filing: Filing) -> Call | None:
    """Return what is asked next; None where nothing is."""
    if filing.step not in {Step.APPROVED, Step.FILING}:
        return None
    opened = filing.opened
    if opened is None:
        return Call.SUBMIT
    if filing.is_torn:
        return Call.RETRACT
    if opened.finishes:
        return Call.FINISH
    if opened.described < len(opened.file_ids):
        return Call.FILE_INFO
    return Call.UPLOAD if len(opened.file_ids) < filing.files else Call.FINISH


def begun(filing: Filing, call: Call) -> Filing:
    """Keep that a call is about to be made."""
    assert filing.sent is None
    opened = filing.opened
    if call is Call.FINISH and opened is not None:
        opened = replace(opened, finishes=opened.finishes + 1)
    return replace(filing, step=Step.FILING, sent=call, opened=opened)


def answered(filing: Filing, answer: Answer, moment: datetime) -> Filing:
    """Keep what came back of the call that was begun."""
    call, filing = filing.sent, replace(filing, sent=None)
    heard = answer.heard
    if filing.step is not Step.FILING or call is None:
        raise FilingError("no call was begun")
    if heard in {Heard.LOST, Heard.FAILED, Heard.NO_FILE}:
        return _failed(replace(filing, is_torn=filing.is_torn or call in {Call.UPLOAD, Call.FILE_INFO}))
    if heard in _WAITS:
        return _waits(filing, _WAITS[heard])
    if filing.opened is not None:
        return _went_on(filing, filing.opened, call, answer, moment)
    is_open = call is Call.SUBMIT and heard is Heard.OK and bool(answer.report_id)
    return (
        replace(filing, opened=Opened(answer.report_id, moment, moment)) if is_open else _waits(filing, Why.NOT_KNOWN)
    )


def interrupt(filing: Filing, why: Why) -> Filing:
    """Stop before a call that cannot be made, for a person."""
    assert filing.sent is None
    return _waits(filing, why)


def wait_s(failures: int) -> int:
    """Seconds until the next call, after so many failures."""
    return 0 if not failures else min(_WAIT_S_MAX, _WAIT_S_MIN * 2 ** min(failures - 1, 10))


def _went_on(filing: Filing, opened: Opened, call: Call, answer: Answer, moment: datetime) -> Filing:
    if answer.heard is Heard.OK:
        return _went_well(filing, opened, call, answer, moment)
    was_asked_to_end = opened.finishes > (call is Call.FINISH)  # before this call
    if answer.heard is Heard.FINISHED:
        return _filed(filing, Proof.SAID_SO) if was_asked_to_end else _waits(filing, Why.FINISHED_BY_OTHERS)
    if answer.heard is Heard.NO_REPORT and was_asked_to_end and moment < opened.lapses_at:
        return _waits(filing, Why.VANISHED)
    return _let_go(filing if call is Call.RETRACT else _failed(filing))


def _went_well(filing: Filing, opened: Opened, call: Call, answer: Answer, moment: datetime) -> Filing:
    if call is Call.UPLOAD and answer.file_id:
        changed = replace(opened, file_ids=(*opened.file_ids, answer.file_id), changed_at=moment)
        return replace(filing, opened=changed)
    if call is Call.FILE_INFO:
        return replace(filing, opened=replace(opened, described=opened.described + 1, changed_at=moment))
    if call is Call.RETRACT:
        return _let_go(filing)
    if call is Call.FINISH and answer.report_id == opened.report_id:
        is_whole = sorted(answer.file_ids) == sorted(opened.file_ids)
        return replace(_filed(filing, Proof.RECEIPT), why=None if is_whole else Why.OTHER_FILES)
    return _waits(filing, Why.NOT_KNOWN)


def _failed(filing: Filing) -> Filing:
    failures = filing.failures + 1
    if failures >= FAILURES_MAX:
        return replace(filing, step=Step.WAITING, failures=failures, why=Why.TOO_OFTEN)
    return replace(filing, failures=failures)


def _waits(filing: Filing, why: Why) -> Filing:
    return replace(filing, step=Step.WAITING, why=why)


def _filed(filing: Filing, proof: Proof) -> Filing:
    return replace(filing, step=Step.FILED, proof=proof, sent=None, is_torn=False, is_recalled=False, why=None)


def _let_go(filing: Filing) -> Filing:
    """Forget a report that is retracted, or gone: it is filed by nobody any more."""
    left = replace(filing, opened=None, is_torn=False, is_recalled=False)
    return replace(left, step=Step.WITHDRAWN, why=None) if filing.is_recalled else left


_WAITS: Final = {
    Heard.NOT_ALLOWED: Why.NOT_ALLOWED,
    Heard.NOT_TAKEN: Why.NOT_TAKEN,
    Heard.UNKNOWN: Why.NOT_KNOWN,
}
