"""The way out, attacked: addresses inside, names that point inside, servers that misbehave."""

from __future__ import annotations

import socket
import socketserver
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.journeys.sinks import Host, running
from tutela.engine import probing
from tutela.engine.probing import Failure, ProbeAnswer, Way, document, probe


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
        assert probe(f"{host.url}/a b?c=d", allow_private=True).http_status == status
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


class Document(BaseHTTPRequestHandler):
    """Answers as the server says: a status, headers and a body."""

    def do_GET(self) -> None:
        status, headers, body = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server():
    made = ThreadingHTTPServer(("127.0.0.1", 0), Document)
    made.url = f"http://127.0.0.1:{made.server_address[1]}"
    with running(made):
        yield made


NEAR = Way(timeout_s=2, allow_private=True)


def test_a_small_text_of_a_known_kind_is_read_and_nothing_else(server):
    server.answer = (200, {"Content-Type": "application/rdap+json; charset=utf-8"}, b"{}")
    assert document(f"{server.url}/ip", NEAR).text == "{}"
    for answer in (
        (200, {"Content-Type": "text/html"}, b"x"),
        (200, {"Content-Type": "image/png"}, b"x"),
        (302, {"Location": "http://127.0.0.1:1/"}, b""),
        (404, {"Content-Type": "text/plain"}, b"x"),
        (200, {"Content-Type": "text/plain"}, b"x" * 300_000),
    ):
        server.answer = answer
        assert document(server.url, NEAR).failure is Failure.NOT_WANTED
    assert document(server.url, Way()).failure is Failure.REFUSED_ADDRESS


def test_what_may_be_kept_of_an_answer_is_kept_and_cookies_are_not(server):
    server.answer = (200, {"Content-Type": "image/png", "Set-Cookie": "a=b", "ETag": "e", "Location": "x" * 9000}, b"")
    answer = probe(server.url, way=NEAR)
    assert set(answer.headers) <= {"content-type", "etag", "location", "server"}
    assert len(answer.headers["location"]) == 2048
    assert answer.ip == "127.0.0.1"


def test_a_name_that_rebinds_after_the_check_is_asked_at_the_checked_address_only(server):
    port = server.server_address[1]
    asked = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    server.answer = (404, {}, b"")
    way = Way(timeout_s=2, allow_private=True, resolve=rebinding)
    assert probe(f"http://files.example:{port}/", way=way).http_status == 404
    assert asked == ["files.example"]
    turned = Way(timeout_s=2, resolve=lambda _host, _port: ["93.184.215.14", "127.0.0.1"])
    assert probe(f"http://files.example:{port}/", way=turned).failure is Failure.REFUSED_ADDRESS


def test_a_name_that_is_not_there_and_one_that_nobody_could_ask_about_differ():
    def failing(code: int):
        def resolve(_host: str, _port: int) -> list[str]:
            raise socket.gaierror(code, "")

        return Way(resolve=resolve)

    assert probe("http://files.example/", way=failing(socket.EAI_NONAME)).failure is Failure.NO_NAME
    assert probe("http://files.example/", way=failing(socket.EAI_AGAIN)).failure is Failure.NO_ANSWER


class Vantage(socketserver.StreamRequestHandler):
    """A proxy elsewhere: notes whither it is asked to connect, and answers for them, or refuses."""

    def handle(self) -> None:
        line = self.rfile.readline().decode().split()
        self.server.asked.append(line[1])
        while self.rfile.readline().strip():
            pass
        self.wfile.write(self.server.says)
        if b" 200 " in self.server.says:
            self.rfile.readline()
            self.wfile.write(b"HTTP/1.1 451 no\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize(
    ("says", "status"),
    [
        (b"HTTP/1.1 200 fine\r\n\r\n", 451),
        (b"HTTP/1.1 403 no\r\n\r\n", None),
        (b"HTTP/1.1 403 no\r\n\r\nHTTP/1.1 404 gone\r\n\r\n", None),  # the proxy's word is not the host's
        (b"", None),
    ],
)
def test_a_vantage_point_is_told_the_checked_address_and_never_the_name(says, status):
    proxy = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Vantage)
    proxy.asked, proxy.says, proxy.daemon_threads = [], says, True
    way = Way(timeout_s=2, proxy=f"http://127.0.0.1:{proxy.server_address[1]}", resolve=lambda *_: ["93.184.215.14"])
    with running(proxy):
        assert probe("http://files.example/a", way=way).http_status == status
    assert proxy.asked == ["93.184.215.14:80"]
