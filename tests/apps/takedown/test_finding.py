"""Who can act, found on a loopback Internet of registries that answer, lie, lead astray and fall silent."""

from __future__ import annotations

import json
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.journeys.sinks import running
from tests.world import fill
from tutela.apps.takedown import contacts, finding, looking
from tutela.apps.takedown.contacts import CONTACTS, REGISTRIES, VANTAGES
from tutela.apps.triage.public import NETWORKS
from tutela.engine.removal import Finding
from tutela.engine.responsible import Confidence, Source


class Registry(BaseHTTPRequestHandler):
    """Answers each path with what the server was told."""

    def do_GET(self) -> None:
        status, headers, body = self.server.answers.get(self.path, (404, {}, b""))
        self.server.asked.append(self.path)
        self.send_response(status)
        for name, value in ({"Content-Type": "application/rdap+json"} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def registry(home, settings):
    settings.TUTELA = replace(settings.TUTELA, probe_private=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    server.answers, server.asked = {}, []
    with running(server):
        fill(REGISTRIES, f"127.0.0.0/8,http://127.0.0.1:{server.server_address[1]},an agreement")
        yield server


def network(email: str = "abuse@host.example", first: str = "127.0.0.0", last: str = "127.255.255.255") -> bytes:
    card = ["vcard", [["email", {}, "text", email]]]
    about = {
        "objectClassName": "ip network",
        "startAddress": first,
        "endAddress": last,
        "name": "NET-1",
        "country": "NL",
    }
    return json.dumps({**about, "entities": [{"roles": ["abuse"], "vcardArray": card}]}).encode()


def test_a_registry_says_who_answers_for_the_network(registry):
    registry.answers["/ip/127.0.0.9"] = (200, {}, network())
    found = finding.find("http://127.0.0.9/a")
    [party] = found.parties
    assert (party.reach, party.source, party.confidence) == ("abuse@host.example", Source.RDAP, Confidence.MEDIUM)
    assert (found.network, found.jurisdiction, found.refused) == ("NET-1", "nl", ())


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        ((200, {}, network(first="10.0.0.0", last="10.255.255.255")), "rdap:untrue"),
        ((200, {}, b"<html>"), "rdap:untrue"),
        ((200, {"Content-Type": "text/html"}, network()), "rdap:not-wanted"),
        ((302, {"Location": "http://127.0.0.1:1/ip/127.0.0.9"}, b""), "rdap:not-wanted"),
        ((200, {}, b" " * 300_000), "rdap:not-wanted"),
        ((200, {}, network("abuse@localhost")), "rdap:no-mailbox"),
        ((200, {}, network("abuse@host.example\r\nBcc: x@y.example")), "rdap:no-mailbox"),
        ((200, {}, network("desk@mail.internal")), "rdap:inside"),
    ],
)
def test_poisoned_answers_tell_nobody_and_say_why(registry, answer, refused):
    registry.answers["/ip/127.0.0.9"] = answer
    found = finding.find("http://127.0.0.9/a")
    assert found.parties == ()
    assert refused in found.refused


def test_mail_to_ourselves_is_refused(registry, settings):
    settings.TUTELA = replace(settings.TUTELA, origin="https://desk.example")
    registry.answers["/ip/127.0.0.9"] = (200, {}, network("abuse@desk.example"))
    assert finding.find("http://127.0.0.9/a").refused == ("rdap:ours",)


def test_a_registry_on_a_private_address_is_not_asked(registry, settings):
    settings.TUTELA = replace(settings.TUTELA, probe_private=False)
    registry.answers["/ip/127.0.0.9"] = (200, {}, network())
    assert finding.find("http://127.0.0.9/a").parties == ()
    assert registry.asked == []


def test_without_tables_nobody_is_asked_and_nobody_found(home):
    assert finding.find("http://127.0.0.9/a") == finding.Found()


def test_our_own_table_goes_before_a_registry_and_the_narrowest_row_first(registry):
    registry.answers["/ip/127.0.0.9"] = (200, {}, network())
    fill(
        CONTACTS,
        "network,127.0.0.0/8,host,Wide,wide@host.example,,nl,,an agreement",
        "network,127.0.0.0/24,host,Narrow,https://host.example/report,,nl,,an agreement",
        "jurisdiction,nl,authority,An authority,desk@authority.example,,nl,,an agreement",
        "network,127.0.0.0/24,upstream,,nothing at all,,nl,,an agreement",
    )
    found = finding.find("http://127.0.0.9/a")
    hosts = [party.reach for party in found.parties if party.rung == "host"]
    assert hosts == ["https://host.example/report", "wide@host.example", "abuse@host.example"]
    assert [party.reach for party in found.parties if party.rung == "authority"] == ["desk@authority.example"]
    assert found.host == "Narrow"
    assert len(CONTACTS.content().faults) == 1


def test_names_are_matched_by_their_end_and_no_further():
    rows = [
        contacts.Contact("site", "files.example", contact("a@b.example"), ""),
        contacts.Contact("name-ending", "example", contact("r@b.example"), ""),
    ]
    assert [row.party.reach for row in contacts.contacts_of("www.files.example", "", "", rows)] == [
        "a@b.example",
        "r@b.example",
    ]
    assert [row.party.reach for row in contacts.contacts_of("otherfiles.example", "", "", rows)] == ["r@b.example"]
    assert contacts.contacts_of("files.example.com", "", "", rows) == []


def contact(reach: str):
    from tutela.engine.responsible import Party

    return Party("host", "", reach, Source.TABLE, Confidence.HIGH)


def test_rows_that_could_not_work_are_left_out_with_a_reason(home):
    fill(
        VANTAGES,
        "Here,nl,http://192.0.2.1:3128,x",
        "here,nl,http://192.0.2.1:3128,x",
        "ca,ca,socks5://192.0.2.1,x",
        "jp,jp,http://192.0.2.1:3128,x",
    )
    assert [place.name for place in contacts.vantages()] == ["here", "jp"]
    assert len(VANTAGES.content().faults) == 3
    fill(NETWORKS)


class Site(BaseHTTPRequestHandler):
    """Hides what it holds from who says who they are."""

    def do_HEAD(self) -> None:
        self.server.asked.append(self.headers["User-Agent"])
        self.send_response(404 if "Tutela" in self.headers["User-Agent"] else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_who_hides_it_from_us_alone_is_seen_cloaking(home, settings):
    settings.TUTELA = replace(settings.TUTELA, probe_private=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.asked = []
    with running(server):
        seen = looking.look(f"http://127.0.0.1:{server.server_address[1]}/a")
    assert (seen.finding, seen.vantages) == (Finding.CLOAKED, 1)
    assert len(server.asked) == 2


def test_a_page_that_fetches_what_others_hold_is_never_asked(home, settings):
    settings.TUTELA = replace(settings.TUTELA, probe_private=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.asked = []
    with running(server):
        seen = looking.look(f"http://127.0.0.1:{server.server_address[1]}/?url=https%253A%252F%252Ffiles.example%252Fa")
    assert (seen.finding, server.asked) == (Finding.UNCLEAR, [])
