"""The commands name a takedown by its id; no address is taken, and none is shown."""

from __future__ import annotations

import io

import pytest
from django.conf import settings

from tests.journeys.sinks import Host, running
from tutela.apps.takedown.models import Notice
from tutela.engine.removal import Finding
from tutela.entry.cli import run
from tutela.entry.cli.exits import ExitCode

pytestmark = pytest.mark.django_db(transaction=True)
MISSING = "01890000-0000-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def _set_up(monkeypatch):
    monkeypatch.setattr("tutela.entry.start.start", lambda: None)  # Django is set up


def said(capsys, *words: str) -> str:
    assert run(["takedown", *words]) == ExitCode.OK
    return capsys.readouterr().out


def test_status_and_explain_count_and_say_why_without_any_address(play, capsys):
    takedown = play.order("https://files.example/a-path")
    play.see(takedown, Finding.THERE)
    assert "1 notice to send" in said(capsys, "status")
    told = said(capsys, "explain", str(takedown.id))
    assert "It is there, and nobody was told yet." in told
    assert "host, named by a colleague, sure, usable" in told
    assert not {"a-path", "files", "abuse@"} & set(told.replace("/", " ").split())
    assert "files.example" not in told


def test_a_look_now_is_kept(play, capsys):
    host = Host()
    with running(host):
        takedown = play.order(f"{host.url}/a")
        assert "still there, from 1 place" in said(capsys, "probe", str(takedown.id))
    assert takedown.probes.count() == 1


def test_a_message_that_answers_nothing_of_ours_goes_to_people(play, capsys, monkeypatch):
    takedown = play.order()
    play.see(takedown, Finding.THERE)
    play.post()
    answer = f"In-Reply-To: <{Notice.objects.get().id}@{settings.TUTELA.host}>\n\nWe look into it."
    for message, code in ((answer, ExitCode.OK), ("Subject: hello\n\n", ExitCode.FAILED)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(message.encode())))
        assert run(["takedown", "receive"]) == code
    assert takedown.notices.get().replies.count() == 1


def test_what_is_not_there_and_what_is_no_id_is_said(play, capsys):
    assert run(["takedown", "explain", MISSING]) == ExitCode.FAILED
    assert "no such thing" in capsys.readouterr().err
    assert run(["takedown", "explain", "https://files.example/a"]) == ExitCode.USAGE
