"""A case reaches the authority once: over broken lines, dead workers, erased files, and people who change their mind."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.apps.referral.conftest import BENIGN, DUTY, configured, reported_case
from tests.world import fill
from tutela.apps.custody.models import Leaf
from tutela.apps.custody.public import is_held
from tutela.apps.jobs.models import Job
from tutela.apps.referral import authorities, preserving, services
from tutela.apps.referral import filing as worker
from tutela.apps.referral.models import CallMade, Filing, Preservation
from tutela.apps.referral.rules import FAILURES_MAX, FilingError, Heard, Proof, Step, Why
from tutela.domain.media_source import InMemory
from tutela.domain.reports import Incident
from tutela.engine.formats.cybertip_answer import read
from tutela.entry.simulated.cybertipline import CyberTipline
from tutela.entry.simulated.faults import Fault, Faults
from tutela.entry.simulated.line import DirectLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def there():
    return CyberTipline()


def go_on(filing, there, *planned, source=None, rounds=30):
    line = DirectLine(there, Faults(planned))
    for _ in range(rounds):
        if worker.go_on(filing.id, line, source) is None:
            break
    return worker.read(Filing.objects.get(id=filing.id))


def calls():
    return list(CallMade.objects.values_list("call", "heard"))


def test_a_filing_submits_uploads_describes_and_finishes_and_keeps_its_receipt(approved, there, source):
    state = go_on(approved, there, source=source)
    (filed,) = there.filed
    assert (state.step, state.proof, state.opened.report_id) == (Step.FILED, Proof.RECEIPT, filed.report_id)
    assert [call for call, _ in calls()] == ["submit", "upload", "file-info", "upload", "file-info", "finish"]
    assert len(filed.files) == len(filed.described) == len(BENIGN)
    receipt = read(CallMade.objects.last().verbatim)
    assert (receipt.is_receipt, receipt.report_id) == (True, filed.report_id)
    assert Filing.objects.get().reference == filed.report_id


def test_how_to_reach_a_reporter_is_sent_to_nobody_and_no_machine_says_that_it_was_viewed(approved, there, source):
    go_on(approved, there, source=source)
    sent = b"".join((there.filed[0].document, *there.filed[0].described.values()))
    assert b"reporter@example.org" not in sent
    assert b"desk@example.org" in sent
    assert b"<fileViewedByEsp>true" not in sent
    assert str(approved.id).encode() in sent


@pytest.mark.parametrize("fault", [each for each in Fault if each not in {Fault.REFUSED, Fault.UNKNOWN_CODE}])
def test_each_fault_at_each_call_files_once(approved, source, fault):
    for at in range(6):
        point = transaction.savepoint()
        there = CyberTipline()
        state = go_on(approved, there, *[None] * at, fault, source=source)
        assert (state.step, len(there.filed)) == (Step.FILED, 1)
        assert len(there.filed[0].files) == len(there.filed[0].described) == len(BENIGN)
        assert not CallMade.objects.filter(heard="").exists()
        transaction.savepoint_rollback(point)


def test_a_worker_that_dies_between_asking_and_keeping_leaves_what_the_next_one_mends(approved, there, source):
    begun = worker.begin(approved.id, source)
    DirectLine(there).ask(begun.prepared.request)  # and dies
    state = go_on(approved, there, source=source)
    assert (state.step, len(there.filed)) == (Step.FILED, 1)
    assert calls()[0] == ("submit", "lost")


def test_what_a_slow_worker_brings_after_it_was_taken_for_dead_is_kept_and_decides_nothing(approved, there, source):
    slow = worker.begin(approved.id, source)
    late = DirectLine(there).ask(slow.prepared.request)
    go_on(approved, there, source=source)
    before = worker.read(Filing.objects.get())
    assert worker.keep(slow, late) is None
    assert worker.read(Filing.objects.get()) == before
    assert len(there.filed) == 1
    first = CallMade.objects.first()
    assert (first.heard, first.verbatim) == (Heard.LOST, late.body)


def test_refused_credentials_stop_it_for_a_person_who_lets_it_go_on(approved, there, approver, source):
    state = go_on(approved, there, None, Fault.REFUSED, source=source)
    assert (state.step, state.why) == (Step.WAITING, Why.NOT_ALLOWED)
    services.resume(approver, approved.id)
    assert go_on(approved, there, source=source).step is Step.FILED
    assert len(there.filed) == 1


def test_an_authority_that_is_away_is_asked_so_often_and_then_a_person_sees_it(approved, there, source):
    state = go_on(approved, there, *[Fault.LOST_REQUEST] * FAILURES_MAX, source=source)
    assert (state.step, state.why, there.filed) == (Step.WAITING, Why.TOO_OFTEN, [])


def test_bytes_that_nobody_hands_over_any_more_or_that_changed_stop_it(approved, there):
    other = InMemory(dict.fromkeys((fold for fold in ("sha256:00",)), b"x"))
    state = go_on(approved, there, source=other)
    assert (state.step, state.why) == (Step.WAITING, Why.NO_BYTES)


def test_what_is_not_configured_asks_nobody(approved):
    assert worker.go_on(approved.id, None) is None
    assert worker.read(Filing.objects.get()).why is Why.NOT_CONFIGURED
    assert not CallMade.objects.exists()


def test_a_withdrawal_retracts_what_is_open_and_comes_too_late_for_what_is_filed(approved, there, approver, source):
    go_on(approved, there, None, None, Fault.REFUSED, source=source)
    services.withdraw(approver, approved.id, "By mistake.")
    assert go_on(approved, there, source=source).step is Step.WITHDRAWN
    assert (there.filed, there.open) == ([], [])
    with pytest.raises(FilingError):
        services.withdraw(approver, approved.id, "Again.")


def test_every_rung_is_in_the_record(approved, there, source):
    go_on(approved, there, Fault.LOST_ANSWER, source=source)
    words = [word for word in Leaf.objects.order_by("serial").values_list("action", flat=True) if "filing" in word]
    assert words[:2] == ["filing.drafted", "filing.approved"]
    assert words.count("filing.asked") == words.count("filing.heard") == CallMade.objects.count() == 7
    assert words[-1] == "filing.filed"


def test_what_was_asked_and_heard_is_sealed(approved, there, source):
    go_on(approved, there, source=source)
    for column in ("asked", "answer"):
        assert not any(b"<re" in bytes(each) for each in CallMade.objects.values_list(column, flat=True))
    assert there.filed[0].report_id.encode() not in bytes(Filing.objects.values_list("reference", flat=True).get())


#### What people may do ####


def test_a_job_is_planned_with_the_approval_and_not_before(case, writer, approver):
    made = services.draft(writer, case.id, "tip")
    assert not Job.objects.filter(name="referral.file").exists()
    services.approve(approver, made.id)
    assert Job.objects.filter(name="referral.file").count() == 1


def test_nobody_approves_what_they_wrote_or_changed_last(case, approver, writer):
    made = services.draft(approver, case.id, "tip")
    with pytest.raises(FilingError):
        services.approve(approver, made.id)
    services.change(writer, made.id, incident=Incident.SOLICITATION)
    services.approve(approver, made.id)
    assert Filing.objects.get().step == Step.APPROVED


def test_nothing_is_filed_by_rules_that_nobody_reviewed(desk, writer, approver):
    configured(reviewer="")
    made = services.draft(writer, reported_case(desk).id, "tip")
    with pytest.raises(FilingError, match="reviewed"):
        services.approve(approver, made.id)
    assert made.due_at is None


def test_a_case_is_filed_with_an_authority_once_unless_it_was_withdrawn(case, writer, approver):
    made = services.draft(writer, case.id, "tip")
    with pytest.raises(FilingError):
        services.draft(writer, case.id, "tip")
    services.withdraw(approver, made.id, "Not ours.")
    assert services.draft(writer, case.id, "tip").id != made.id


def test_a_draft_without_what_the_wire_demands_is_not_let_go(desk, writer, approver):
    configured()
    made = services.draft(writer, reported_case(desk, incident=Incident.NOT_SAID).id, "tip")
    with pytest.raises(FilingError, match="kind of incident"):
        services.approve(approver, made.id)
    assert worker.read(Filing.objects.get()).step is Step.DRAFT


def test_what_an_authority_did_not_take_is_changed_and_approved_anew(approved, there, approver, writer, source):
    with transaction.atomic():
        state = worker.read(approved)
        worker.write(approved, worker.rules.interrupt(state, Why.NOT_TAKEN))
    services.change(writer, approved.id, incident=Incident.ABUSE)
    assert go_on(approved, there, source=source).step is Step.DRAFT
    services.approve(approver, approved.id)
    assert go_on(approved, there, source=source).step is Step.FILED


#### What must be kept ####


def test_a_hold_starts_with_the_filing_and_ends_by_verified_deletion_alone(
    standing_clock, approved, there, writer, source
):
    go_on(approved, there, source=source)
    kept = Preservation.objects.get()
    assert (kept.keeper, kept.keeper_name, (kept.until - kept.starts_at).days) == ("platform", "Chat", 365)
    assert is_held(approved.case_id)
    with pytest.raises(FilingError):
        preserving.end(writer, kept.id, "They said so.")
    preserving.extend(writer, kept.id, kept.until.replace(year=2028), "The court asked.")
    with pytest.raises(FilingError):
        preserving.extend(writer, kept.id, kept.until, "Shorter.")
    standing_clock.forward(days=366)
    assert is_held(approved.case_id)
    standing_clock.forward(days=366)
    with pytest.raises(FilingError):
        preserving.end(writer, kept.id, " ")
    preserving.end(writer, kept.id, "The platform confirmed the deletion in writing.")
    assert not is_held(approved.case_id)


def test_a_duty_that_nobody_reviewed_proposes_an_end_and_sets_none(case, writer, approver, there, source):
    fill(authorities.DUTIES, DUTY.format(hours="", reviewer=""))
    made = services.draft(writer, case.id, "tip")
    services.approve(approver, made.id)
    go_on(made, there, source=source)
    kept = Preservation.objects.get()
    assert (kept.until, kept.proposed_until is None) == (None, False)
    assert is_held(case.id)


def test_heard_is_never_left_empty_by_a_whole_filing(approved, there, source):
    go_on(approved, there, Fault.HALF_ANSWER, Fault.BUSY_AFTER, Fault.NO_XML, source=source)
    assert {heard for _, heard in calls()} == {Heard.OK, Heard.LOST, Heard.FAILED}
