"""What looks mean: whoever hides, moves or falls silent has removed nothing."""

from __future__ import annotations

import pytest

from tutela.engine.removal import PACE, Agent, Circuit, Finding, Look, Sight, Sort, finding_of, sight_of, sort_of

HOST = "desk.example"


def seen(*sights: Sight, agent: Agent = Agent.OURS) -> list[Look]:
    return [Look(place, agent, sight) for place, sight in zip(("nl", "ca", "jp"), sights, strict=False)]


@pytest.mark.parametrize(
    ("sights", "finding"),
    [
        ((Sight.THERE, Sight.THERE), Finding.THERE),
        ((Sight.THERE, Sight.SILENT), Finding.THERE),
        ((Sight.GONE, Sight.THERE), Finding.GEO_BLOCKED),
        ((Sight.ELSEWHERE, Sight.THERE), Finding.GEO_BLOCKED),
        ((Sight.GONE, Sight.REPLACED), Finding.GONE),
        ((Sight.NO_NAME, Sight.NO_NAME), Finding.GONE),
        ((Sight.GONE, Sight.SILENT), Finding.UNCLEAR),
        ((Sight.GONE, Sight.TURNED_AWAY), Finding.UNCLEAR),
        ((Sight.TURNED_AWAY, Sight.TURNED_AWAY), Finding.UNCLEAR),
        ((Sight.SILENT, Sight.SILENT), Finding.UNREACHABLE),
        ((Sight.ELSEWHERE, Sight.GONE), Finding.MOVED),
        ((Sight.BARRED, Sight.GONE), Finding.RESTRICTED),
        ((), Finding.UNCLEAR),
    ],
)
def test_a_round_of_looks_means_one_thing(sights, finding):
    assert finding_of(seen(*sights)) is finding


def test_who_shows_us_something_else_than_others_is_cloaking():
    hidden = seen(Sight.GONE, Sight.GONE)
    assert finding_of(hidden + seen(Sight.THERE, agent=Agent.PLAIN)) is Finding.CLOAKED
    assert finding_of(hidden + seen(Sight.GONE, agent=Agent.PLAIN)) is Finding.GONE


@pytest.mark.parametrize("status", [None, 100, 500, 502, 503, 504])
def test_errors_and_silence_are_never_gone(status):
    assert sight_of(status) is Sight.SILENT


@pytest.mark.parametrize("status", [400, 403, 405, 408, 418, 421, 425, 429])
def test_turned_away_is_never_gone(status):
    assert sight_of(status) is Sight.TURNED_AWAY


def test_only_media_that_became_a_page_counts_as_replaced():
    assert sight_of(200, kind="text/html; charset=utf-8", kind_before="image/jpeg") is Sight.REPLACED
    assert sight_of(200, kind="image/png", kind_before="image/jpeg") is Sight.THERE
    assert sight_of(200, kind="text/html", kind_before="text/html") is Sight.THERE
    assert sight_of(200, kind="", kind_before="image/jpeg") is Sight.THERE


@pytest.mark.parametrize(
    ("message", "sort"),
    [
        (b"In-Reply-To: <0198@desk.example>\n\nWe have removed it.", Sort.PERSON),
        (b"In-Reply-To: <0198@desk.example>\nAuto-Submitted: auto-replied\n\n", Sort.AUTOMATIC),
        (b"References: <0198@desk.example>\nPrecedence: bulk\n\n", Sort.AUTOMATIC),
        (b"References: <0198@desk.example>\nReturn-Path: <>\n\n", Sort.AUTOMATIC),
        (b"Message-ID: <0198@desk.example>\nIn-Reply-To: <0198@desk.example>\n\n", Sort.LOOP),
        (b"References: <0198@desk.example>\n" + b"Received: by x\n" * 30 + b"\n", Sort.LOOP),
        (b"References: <0198@desk.example>\nX-Loop: yes\n\n", Sort.LOOP),
    ],
)
def test_a_machines_answer_is_never_answered(message, sort):
    reply = sort_of(message, host=HOST)
    assert (reply.reference, reply.sort) == ("0198", sort)
    assert reply.may_answer == (sort is Sort.PERSON)


def bounce(status: str) -> bytes:
    return (
        "From: MAILER-DAEMON@host.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nIt could not be delivered.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; host.example\n\n"
        f"Final-Recipient: rfc822; abuse@host.example\nAction: failed\nStatus: {status}\n"
        "--b\nContent-Type: message/rfc822\n\nMessage-ID: <0198@desk.example>\nSubject: a notice\n\nbody\n--b--\n"
    ).encode()


def test_a_final_bounce_and_one_that_may_still_arrive_are_told_apart():
    final, later = sort_of(bounce("5.1.1"), host=HOST), sort_of(bounce("4.2.2"), host=HOST)
    assert (final.reference, final.sort) == ("0198", Sort.BOUNCE)
    assert (later.reference, later.sort) == ("0198", Sort.DELAY)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x00\xff\xfe",
        b"In-Reply-To: <0198@other.example>\n\nnot ours",
        b"Subject: =?utf-8?b?////?=\nContent-Type: multipart/report; boundary=\n\n--\n",
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\n" * 10_000,
        b"X: " + b"a" * 3_000_000,
    ],
)
def test_hostile_messages_are_nobodys_and_break_nothing(message):
    reply = sort_of(message, host=HOST)
    assert reply.reference == ""
    assert not reply.may_answer


def test_a_recipient_gets_a_bounded_number_and_a_site_that_only_fetches_opens_its_circuit():
    assert [PACE.room(sent, 1000) for sent in (0, 59, 60, 90)] == [60, 1, 0, 0]
    assert PACE.circuit(100, 1) is Circuit.CLOSED
    assert PACE.circuit(101, 0) is Circuit.MANY
    assert PACE.circuit(1, 2) is Circuit.OBJECTIONS
