"""The simulated CyberTipline over HTTP: strangers, broken lines and lapsed reports."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from tutela.apps.referral.calling import HttpLine, about, document, meaning, upload
from tutela.apps.referral.rules import Call, Heard
from tutela.entry.simulated.cybertipline import EXAMPLE, CyberTipline
from tutela.entry.simulated.faults import Fault, Faults
from tutela.entry.simulated.server import PASSWORD, USER, Server, Way


@pytest.fixture
def moment():
    return [datetime(2026, 11, 22, 12, tzinfo=UTC)]


@pytest.fixture
def there(moment):
    return CyberTipline(lambda: moment[0])


@pytest.fixture
def server(there):
    with Server(there) as started:
        yield started


def line(server, password=PASSWORD, **more):
    return HttpLine(server.address, USER, password, **more)


def submitted(server):
    return meaning(Call.SUBMIT, line(server).ask(document(Call.SUBMIT, EXAMPLE))).report_id


def heard(server, call, report_id):
    return meaning(call, line(server).ask(about(call, report_id))).heard


def test_bytes_arrive_as_they_are_and_only_their_digest_stays(server, there):
    report_id, data = submitted(server), bytes(range(256)) * 40 + b"\r\n--\r\n"
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    answer = meaning(Call.UPLOAD, line(server).ask(upload(report_id, data)), md5=md5)
    assert (answer.heard, len(answer.file_id)) == (Heard.OK, 32)
    assert list(there.open[0].files.values()) == [md5]
    about_file = f"<fileDetails><reportId>{report_id}</reportId><fileId>{answer.file_id}</fileId></fileDetails>"
    assert meaning(Call.FILE_INFO, line(server).ask(document(Call.FILE_INFO, about_file.encode()))).heard is Heard.OK
    receipt = meaning(Call.FINISH, line(server).ask(about(Call.FINISH, report_id)))
    assert (receipt.heard, receipt.report_id, receipt.file_ids) == (Heard.OK, report_id, (answer.file_id,))


def test_bytes_that_came_to_harm_are_told_by_their_digest(server):
    answer = meaning(Call.UPLOAD, line(server).ask(upload(submitted(server), b"sent")), md5="0" * 32)
    assert answer.heard is Heard.FAILED


def test_a_stranger_is_refused_with_an_empty_body(server, there):
    response = line(server, password="wrong").ask(document(Call.SUBMIT, EXAMPLE))
    assert (response.status, response.body, there.open) == (401, b"", [])
    assert meaning(Call.SUBMIT, response).heard is Heard.NOT_ALLOWED


def test_an_unfinished_report_lapses_and_a_finished_one_never_does(server, moment):
    lapsing, kept = submitted(server), submitted(server)
    assert heard(server, Call.FINISH, kept) is Heard.OK
    moment[0] += timedelta(hours=25)
    assert heard(server, Call.FINISH, lapsing) is Heard.NO_REPORT
    assert heard(server, Call.FINISH, kept) is Heard.FINISHED
    assert heard(server, Call.RETRACT, kept) is Heard.FINISHED


def test_a_retracted_report_takes_nothing_any_more(server, there):
    report_id = submitted(server)
    assert heard(server, Call.RETRACT, report_id) is Heard.OK
    assert heard(server, Call.FINISH, report_id) is Heard.RETRACTED
    assert there.filed == []


@pytest.mark.parametrize(
    ("body", "code"), [(b"<report", b"4110"), (b"<other/>", b"4100"), (b"<!DOCTYPE a><report/>", b"4110")]
)
def test_what_breaks_the_wire_is_answered_with_its_code(server, body, code):
    response = line(server).ask(document(Call.SUBMIT, body))
    assert b"<responseCode>" + code in response.body
    assert meaning(Call.SUBMIT, response).heard is Heard.NOT_TAKEN


@pytest.mark.parametrize(
    ("fault", "means", "is_done"),
    [
        (Fault.LOST_REQUEST, Heard.LOST, False),
        (Fault.LOST_ANSWER, Heard.LOST, True),
        (Fault.LATE_ANSWER, Heard.LOST, True),
        (Fault.HALF_ANSWER, Heard.LOST, True),
        (Fault.NO_XML, Heard.LOST, False),
        (Fault.BUSY, Heard.FAILED, False),
        (Fault.BUSY_AFTER, Heard.FAILED, True),
        (Fault.REFUSED, Heard.NOT_ALLOWED, False),
        (Fault.UNKNOWN_CODE, Heard.UNKNOWN, False),
    ],
)
def test_each_fault_is_what_it_says_on_a_real_connection(there, fault, means, is_done):
    with Server(there, Faults([fault]), way=Way(late_s=5)) as server:
        asked = line(server, answer_s_max=0.3 if fault is Fault.LATE_ANSWER else 10.0)
        response = asked.ask(document(Call.SUBMIT, EXAMPLE))
        assert meaning(Call.SUBMIT, response).heard is means
        assert bool(there.open) is is_done


def test_nobody_listening_is_a_lost_call(there):
    with Server(there) as server:
        gone = server.address
    assert HttpLine(gone, USER, PASSWORD).ask(document(Call.SUBMIT, EXAMPLE)) is None
