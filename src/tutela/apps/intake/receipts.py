"""Receipts: a code of 16 digits by which somebody who gave no name can ask again, and add to what they said.

The code is made of the token of the form, so that whoever loses the answer and sends again gets the same one. What is
kept is a keyed digest: neither a copy of the database nor the record tells a code. Whoever asks hears how the report
stands in words that say nothing about what was found, and what the organisation answered.

A receipt opens one *thread*: the report that it was given for, and what its holder added. Others may have reported the
same thing, and their reports lie in the same case: their threads have receipts of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from tutela.apps.access.public import acting_as
from tutela.apps.custody.public import is_erased
from tutela.apps.intake.models import Report
from tutela.apps.triage.public import CaseState
from tutela.domain.actors import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_DIGITS: Final = 16
_GROUP: Final = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that was said in a thread. `answer` is empty where its holder said it: they know what."""

    said_at: datetime
    answer: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the holder of a receipt may know. Nothing can be added to what `is_erased`."""

    received_at: datetime
    sentence: str
    turns: Sequence[Turn]
    is_erased: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether the organisation said anything."""
        return any(turn.answer for turn in self.turns)


def code_of(token: str) -> str:
    """Return the code for a token, such as `4711 0815 1234 5678`: only this installation can make it."""
    made = salted_hmac("tutela.intake.receipt", token, algorithm="sha256").digest()
    digits = f"{int.from_bytes(made[:16], 'big') % 10**_DIGITS:0{_DIGITS}d}"
    return " ".join(digits[at : at + _GROUP] for at in range(0, _DIGITS, _GROUP))


def digest_of(code: str) -> str:
    """Return what is kept of a code, however it is typed; empty where it is none."""
    digits = re.sub(r"[\s.-]", "", code)
    if len(digits) != _DIGITS or not digits.isascii() or not digits.isdigit():
        return ""
    return salted_hmac("tutela.intake.receipt-digest", digits, algorithm="sha256").hexdigest()


def incident_of(code: str) -> str:
    """Return the name under which everything said with one receipt meets in one case; it does not tell the code."""
    return salted_hmac("tutela.intake.thread", digest_of(code), algorithm="sha256").hexdigest()


@acting_as(SYSTEM)  # whose report it is must be looked up before anything is in scope
def thread_of(code: str) -> Report | None:
    """Return the report that a receipt was given for, with its case; None where there is none, or it was erased."""
    report = _found(code)
    return None if report is None or is_erased(report.case_id) else report


@acting_as(SYSTEM)  # as above
def standing_of(code: str) -> Standing | None:
    """Return how the report behind a code stands; None where there is none."""
    report = _found(code)
    if report is None:
        return None
    if is_erased(report.case_id):
        erased = _("It was dealt with, and what we held about it has been erased.")
        return Standing(report.received_at, erased, (), is_erased=True)
    turns: list[Turn] = []
    for each in Report.objects.filter(Q(id=report.id) | Q(thread=report)).prefetch_related("answers"):
        turns += [Turn(each.received_at, "")] if each.thread_id else []
        turns += [Turn(answer.said_at, answer.text) for answer in each.answers.all() if answer.text]
    turns.sort(key=lambda turn: turn.said_at)
    return Standing(report.received_at, _sentence(CaseState(report.case.state)), turns)


def _found(code: str) -> Report | None:
    """Return the one report with this code; where two had the same, neither's holder could be told from the other's."""
    digest = digest_of(code)
    found = list(Report.objects.filter(receipt_digest=digest or "-").select_related("case")[:2])
    return found[0] if len(found) == 1 and constant_time_compare(found[0].receipt_digest, digest) else None


def _sentence(state: CaseState) -> str:
    return {
        CaseState.WAITING: _("It has arrived. Nobody has decided about it yet."),
        CaseState.CONFIRMED: _("Somebody has decided about it, and is seeing to it."),
        CaseState.CLOSED: _("It has been dealt with, and is closed."),
    }[state]
