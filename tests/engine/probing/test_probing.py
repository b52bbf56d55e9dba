"""The way out, attacked: addresses inside, names that point inside, servers that misbehave."""

from __future__ import annotations

import socket

import pytest

from tests.journeys.sinks import Host, running
from tutela.engine import probing
from tutela.engine.probing import Failure, ProbeAnswer, probe


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest",
        "http://0.0.0.0/",
        "http://[fe80::1]/",
        "file:///etc/hosts",
        "ftp://files.example/",
        "nothing",
    ],
)
def test_nothing_but_the_public_internet_is_asked(address):
    assert probe(address) == ProbeAnswer(failure=Failure.REFUSED_ADDRESS)


def test_a_name_with_one_inside_address_among_its_answers_is_refused(monkeypatch):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 80)) for host in ("93.184.215.14", "127.0.0.1")]
    monkeypatch.setattr(probing.socket, "getaddrinfo", lambda *_, **__: answers)
    assert probe("http://files.example/").failure is Failure.REFUSED_ADDRESS


@pytest.mark.parametrize("status", [200, 302, 403, 404, 410, 503])
def test_only_the_status_is_taken_and_no_redirect_is_followed(status):
    host = Host()
    host.status = status
    with running(host):
        assert probe(f"{host.url}/a b?c=d", allow_private=True) == ProbeAnswer(http_status=status)
    assert host.asked == ["HEAD /a%20b?c=d"]


def test_a_server_without_head_is_asked_with_get():
    host = Host()
    host.status = 405
    with running(host):
        probe(f"{host.url}/", allow_private=True)
    assert host.asked == ["HEAD /", "GET /"]


def test_silence_and_closed_doors_are_answers():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert probe(f"http://127.0.0.1:{port}/", timeout_s=0.1, allow_private=True).failure is Failure.NO_ANSWER
    assert probe(f"http://127.0.0.1:{port}/", timeout_s=0.5, allow_private=True).failure is Failure.NO_ANSWER
