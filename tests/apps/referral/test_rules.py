"""Whatever is lost, late, doubled or dead: a case is filed exactly once, or visibly waits for a person."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tutela.apps.referral.rules import (
    ENDED,
    FAILURES_MAX,
    Answer,
    Call,
    Filing,
    FilingError,
    Heard,
    Opened,
    Proof,
    Step,
    Why,
    answered,
    approve,
    begun,
    hand_over,
    next_call,
    resume,
    settle,
    wait_s,
    withdraw,
)
from tutela.engine.formats.cybertip_answer import Kind
from tutela.entry.simulated.cybertipline import EXAMPLE, CyberTipline

HISTORIES = 1_000
MOMENT = datetime(2026, 11, 22, 12, tzinfo=UTC)
_HEARD = {
    Kind.DONE: Heard.OK,
    Kind.TRY_AGAIN: Heard.FAILED,
    Kind.NO_REPORT: Heard.NO_REPORT,
    Kind.NO_FILE: Heard.NO_FILE,
    Kind.ALREADY_RETRACTED: Heard.RETRACTED,
    Kind.ALREADY_FILED: Heard.FINISHED,
}
_LOST = Answer(Heard.LOST)


class History:
    """One filing, one authority, several workers that die, lines that break, requests that arrive much later."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.moment = MOMENT
        self.there = CyberTipline(lambda: self.moment)
        draft = Filing(files=self.chance.choice([0, 0, 1, 2, 3]))
        self.kept = approve(draft, writer="p-1", approver="p-2", needs_two=True)
        self.on_the_way = []
        self.stalled = []  # workers that stopped between two lines, and what they were about to do

    def live(self, rounds=30) -> None:
        for _ in range(rounds):
            self.one_round()

    def one_round(self) -> None:
        event = self.chance.random()
        if event < 0.08:
            self.moment += timedelta(hours=self.chance.choice([0.5, 2, 30]))
        elif event < 0.13 and self.on_the_way:
            self.on_the_way.pop(self.chance.randrange(len(self.on_the_way)))()
        elif event < 0.15 and self.kept.step not in ENDED:
            self.kept = withdraw(self.kept)
        elif event < 0.2 and self.kept.step is Step.WAITING:
            self.kept = resume(self.kept)
        else:
            self.work(may_fail=True)

    def work(self, *, may_fail: bool) -> None:
        if self.kept.sent is not None:  # whoever began it is dead, or stands still
            self.kept = answered(self.kept, _LOST, self.moment)
        call = next_call(self.kept)
        if call is None:
            return
        self.kept = begun(self.kept, call)
        ask = self.request(call)
        fate = self.chance.random() if may_fail else 1.0
        if fate < 0.1:
            return  # dies before it asks
        if fate < 0.2:
            self.on_the_way.append(ask)  # arrives later, or never; its answer meets nobody
            self.kept = answered(self.kept, _LOST, self.moment) if self.chance.random() < 0.5 else self.kept
            return
        answer = ask()
        if fate < 0.3:
            return  # dies before it keeps the answer
        self.kept = answered(self.kept, self.spoilt(answer, fate), self.moment)

    def spoilt(self, answer: Answer, fate: float) -> Answer:
        if fate < 0.4:
            return _LOST
        if fate < 0.45:
            return Answer(Heard.FAILED)  # it was done, and says that it was not
        return Answer(self.chance.choice([Heard.NOT_ALLOWED, Heard.UNKNOWN])) if fate < 0.48 else answer

    def request(self, call: Call):
        opened = self.kept.opened
        number = opened.report_id if opened else ""
        file_id = opened.file_ids[opened.described] if call is Call.FILE_INFO else ""
        about = f"<fileDetails><reportId>{number}</reportId><fileId>{file_id}</fileId></fileDetails>".encode()
        acts = {
            Call.SUBMIT: lambda: self.there.submit(EXAMPLE),
            Call.UPLOAD: lambda: self.there.upload(number, b"benign"),
            Call.FILE_INFO: lambda: self.there.file_info(about),
            Call.FINISH: lambda: self.there.finish(number),
            Call.RETRACT: lambda: self.there.retract(number),
        }

        def ask() -> Answer:
            answer = acts[call]()
            return Answer(_HEARD[answer.kind], answer.report_id, answer.file_id, answer.file_ids)

        return ask

    def end(self) -> None:
        """Everything works again, and everything that is on the way arrives."""
        for _ in range(40):
            if self.kept.sent is None and next_call(self.kept) is None:
                break
            self.work(may_fail=False)
        for late in self.on_the_way:
            late()

    def check(self) -> None:
        filed = self.there.filed
        assert len(filed) <= 1
        if self.kept.step is Step.FILED:
            assert [each.report_id for each in filed] == [self.kept.opened.report_id]
            assert len(filed[0].files) == len(filed[0].described) == self.kept.files
            assert self.kept.proof is not None
            assert self.kept.why is None
        elif self.kept.step is Step.WITHDRAWN:
            assert not filed
        else:
            assert self.kept.step is Step.WAITING
            assert self.kept.why is not None


def lived(seed: int) -> History:
    history = History(seed)
    history.live()
    history.end()
    history.check()
    return history


def test_a_thousand_histories_file_once_or_wait_for_a_person():
    ends = [lived(seed).kept for seed in range(HISTORIES)]
    assert {each.step for each in ends} == {Step.FILED, Step.WITHDRAWN, Step.WAITING}
    assert {each.proof for each in ends if each.step is Step.FILED} >= {Proof.RECEIPT, Proof.SAID_SO}


def test_whoever_waits_is_filed_or_withdrawn_once_a_person_says_so():
    for seed in range(HISTORIES // 4):
        history = lived(seed)
        if history.kept.step is not Step.WAITING:
            continue
        history.kept = resume(history.kept) if seed % 2 else withdraw(history.kept)
        history.end()
        history.check()
        assert history.kept.step in ENDED or history.kept.why in {Why.VANISHED, Why.FINISHED_BY_OTHERS}


#### What is known after a lost answer ####


def opened(**more) -> Filing:
    there = Opened("7", MOMENT, MOMENT)
    fields = {name: more.pop(name) for name in ("file_ids", "described", "finishes") if name in more}
    return Filing(**({"files": 1, "step": Step.FILING, "opened": replace(there, **fields)} | more))


def after(filing: Filing, *heard: Heard, moment: datetime = MOMENT) -> Filing:
    for each in heard:
        filing = answered(begun(filing, next_call(filing)), Answer(each, "7"), moment)
    return filing


@pytest.mark.parametrize(
    ("filing", "then"),
    [
        (Filing(files=1, step=Step.APPROVED), Call.SUBMIT),
        (opened(), Call.RETRACT),
        (opened(file_ids=("a",)), Call.RETRACT),
        (opened(file_ids=("a",), described=1), Call.FINISH),
        (opened(is_torn=True), Call.RETRACT),
    ],
)
def test_a_lost_answer_is_followed_by_the_one_call_that_cannot_file_twice(filing, then):
    assert next_call(after(filing, Heard.LOST)) is then


def test_a_finish_that_was_lost_and_then_refused_as_done_is_filed_and_says_how_we_know():
    filed = after(opened(files=0), Heard.LOST, Heard.FINISHED)
    assert (filed.step, filed.proof) == (Step.FILED, Proof.SAID_SO)


def test_a_report_that_somebody_else_finished_is_for_a_person():
    assert after(opened(files=0), Heard.FINISHED).why is Why.FINISHED_BY_OTHERS
    assert after(opened(), Heard.FINISHED).why is Why.FINISHED_BY_OTHERS


def test_a_report_that_vanished_after_its_finish_is_never_filed_anew_by_itself():
    gone = after(opened(files=0), Heard.LOST, Heard.NO_REPORT)
    assert (gone.step, gone.why, next_call(gone)) == (Step.WAITING, Why.VANISHED, None)


def test_a_report_that_had_time_to_lapse_is_started_over():
    later = MOMENT + timedelta(hours=25)
    gone = after(after(opened(files=0), Heard.LOST), Heard.NO_REPORT, moment=later)
    assert (gone.step, next_call(gone)) == (Step.FILING, Call.SUBMIT)


def test_a_report_lapses_a_day_after_its_opening_or_an_hour_after_its_last_change():
    there = Opened("7", MOMENT, MOMENT + timedelta(minutes=5))
    assert there.lapses_at == MOMENT + timedelta(hours=24)
    assert replace(there, changed_at=MOMENT + timedelta(hours=30)).lapses_at == MOMENT + timedelta(hours=31)


def test_an_answer_that_names_another_report_or_none_is_for_a_person():
    other = answered(begun(opened(files=0), Call.FINISH), Answer(Heard.OK, report_id="8"), MOMENT)
    nameless = answered(begun(Filing(files=0, step=Step.APPROVED), Call.SUBMIT), Answer(Heard.OK), MOMENT)
    assert (other.why, nameless.why) == (Why.NOT_KNOWN, Why.NOT_KNOWN)


def test_a_receipt_that_names_other_files_is_filed_and_says_so():
    there = opened(file_ids=("a",), described=1)
    filed = answered(begun(there, Call.FINISH), Answer(Heard.OK, "7", file_ids=("a", "b")), MOMENT)
    assert (filed.step, filed.proof, filed.why) == (Step.FILED, Proof.RECEIPT, Why.OTHER_FILES)


def test_refused_credentials_and_documents_wait_for_a_person_who_mends_them():
    for heard, why in ((Heard.NOT_ALLOWED, Why.NOT_ALLOWED), (Heard.NOT_TAKEN, Why.NOT_TAKEN)):
        waits = after(Filing(files=1, step=Step.APPROVED), heard)
        assert (waits.step, waits.why) == (Step.WAITING, why)
        assert next_call(resume(waits)) is Call.SUBMIT


def test_failures_are_counted_across_new_beginnings_until_a_person_looks():
    filing = Filing(files=1, step=Step.APPROVED)
    for _ in range(FAILURES_MAX - 1):
        filing = after(filing, Heard.OK, Heard.LOST, Heard.RETRACTED)
    filing = after(filing, Heard.LOST)
    assert filing.why is Why.TOO_OFTEN
    assert [wait_s(number) for number in (0, 1, 2, 20)] == [0, 30, 60, 3600]


#### What people may do ####


def test_nobody_approves_their_own_draft_where_policy_wants_four_eyes():
    with pytest.raises(FilingError):
        approve(Filing(files=0), writer="p-1", approver="p-1", needs_two=True)
    assert approve(Filing(files=0), writer="p-1", approver="p-1", needs_two=False).step is Step.APPROVED


def test_what_is_filed_can_be_neither_approved_again_nor_withdrawn():
    filed = after(opened(files=0), Heard.OK)
    for verb in (withdraw, resume, settle, hand_over):
        with pytest.raises(FilingError):
            verb(filed)
    with pytest.raises(FilingError):
        approve(filed, writer="p-1", approver="p-2", needs_two=True)


def test_a_withdrawal_that_comes_too_late_is_filed():
    recalled = withdraw(after(opened(files=0), Heard.LOST))
    assert next_call(recalled) is Call.RETRACT
    assert after(recalled, Heard.FINISHED).step is Step.FILED
    assert after(recalled, Heard.OK).step is Step.WITHDRAWN


def test_a_draft_asks_nobody_anything():
    assert next_call(Filing(files=0)) is None
    with pytest.raises(FilingError):
        answered(Filing(files=0), Answer(Heard.OK), MOMENT)


def test_a_package_waits_visibly_until_its_receipt_is_entered():
    waits = hand_over(Filing(files=0, step=Step.APPROVED))
    assert (waits.step, waits.why) == (Step.WAITING, Why.HANDED_OVER)
    with pytest.raises(FilingError):
        resume(waits)
    assert settle(waits).proof is Proof.PERSON
