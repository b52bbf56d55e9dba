"""The simulated internet of `removal_world` on the loopback, and the whole service taking things down in it.

Twenty hosting networks (127.0.k.1) serve the addresses as their tempers and the truth say; names are resolved by a
table of this process; a registry answers who holds which network and name; a mail server takes notices, and its
recipients act, bounce, answer. A second vantage point connects from another address. The clock jumps to what is due.

    play COUNT DAYS     prints what became of it
"""

from __future__ import annotations

import json
import math
import random
import re
import socket
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django comes first
from django.db import transaction  # noqa: E402 - as above
from django.db.models import Min  # noqa: E402 - as above

from bench.removal_world import REMOVED, RIGHT, START, VANTAGES, Address, Temper, address  # noqa: E402 - as above
from tests.journeys.sinks import MailSink, running  # noqa: E402 - as above
from tests.world import fill, make_desk, make_place  # noqa: E402 - as above
from tutela.apps.access.public import acting_as  # noqa: E402 - as above
from tutela.apps.jobs.models import DeadJob  # noqa: E402 - as above
from tutela.apps.jobs.public import run_worker  # noqa: E402 - as above
from tutela.apps.takedown import contacts, receiving, services  # noqa: E402 - as above
from tutela.apps.takedown.models import Notice, Probe, Reply, Takedown  # noqa: E402 - as above
from tutela.apps.triage.models import Case  # noqa: E402 - as above
from tutela.domain.actors import SYSTEM  # noqa: E402 - as above
from tutela.domain.ids import CaseId, ItemId, OrganisationId  # noqa: E402 - as above
from tutela.engine import clock  # noqa: E402 - as above
from tutela.engine.removal import Agent, Answer, Rung, Sight, State  # noqa: E402 - as above

if TYPE_CHECKING:
    from datetime import datetime

NETWORKS: Final = 20
_SEED: Final = 5
_MINUTE: Final = timedelta(minutes=1)
_QUARTER: Final = timedelta(minutes=15)
_PERSON: Final = timedelta(hours=1)
_STATUS: Final = {Sight.THERE: 200, Sight.GONE: 404, Sight.ELSEWHERE: 302}
_RUNGS: Final = {"abuse": Rung.HOST, "second": Rung.HOST, "above": Rung.UPSTREAM, "registrar": Rung.REGISTRAR}
_ELSEWHERE_IP: Final = "127.0.0.2"


@dataclass
class Internet:
    """The truth about every address, and the moment."""

    now: datetime
    places: dict[str, Address] = field(default_factory=dict)  # by host name
    wrongly_told: int = 0
    notices: int = 0
    bounces: list[str] = field(default_factory=list)

    def network_of(self, name: str) -> int:
        """Return the number of the network in which a site stands."""
        return 1 + int(re.sub(r"\D", "", name) or 0) % NETWORKS

    def take(self, recipient: str, text: str, message_id: str) -> None:
        """A recipient got a notice."""
        self.notices += 1
        name = urlsplit(re.search(r"http://[^\s\"]+", text)[0]).hostname or ""
        who, _, where = recipient.partition("@")
        place, rung = self.places[name], _RUNGS[who]
        holds = where == ("registrar.example" if who == "registrar" else f"net-{self.network_of(name)}.example")
        self.wrongly_told += not holds or not place.is_there(self.now)
        if "Correction" not in text and not place.tell(rung, self.now):
            self.bounces.append(message_id)


class _Host(BaseHTTPRequestHandler):
    server: Any

    def do_HEAD(self) -> None:
        internet: Internet = self.server.internet
        name = (self.headers["Host"] or "").partition(":")[0]
        place = internet.places[name]
        vantage = VANTAGES[self.client_address[0] == _ELSEWHERE_IP]
        agent = Agent.OURS if "Tutela" in self.headers["User-Agent"] else Agent.PLAIN
        sight = place._sight(vantage, agent, internet.now)  # noqa: SLF001 - the world's own question
        if sight is Sight.SILENT:
            self.close_connection = True
            return
        self.send_response(_STATUS[sight])
        self.send_header("Content-Type", "image/png")
        if sight is Sight.ELSEWHERE:
            self.send_header("Location", "http://elsewhere.example/")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Registry(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        kind, _, asked = self.path.strip("/").partition("/")
        body = _network(asked) if kind == "ip" else _name(asked)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "application/rdap+json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    log_message = _Host.log_message


def _card(role: str, mailbox: str, **more: object) -> dict[str, object]:
    return {"roles": [role], "vcardArray": ["vcard", [["email", {}, "text", mailbox]]], **more}


def _network(ip: str) -> dict[str, object]:
    number = int(ip.split(".")[2])
    where = f"net-{number}.example"
    entities = [_card("abuse", f"abuse@{where}"), _card("technical", f"second@{where}")]
    first, last = (f"127.0.{number}.{end}" for end in (0, 255))
    about = {"objectClassName": "ip network", "startAddress": first, "endAddress": last}
    return {**about, "name": f"NET-{number}", "country": "NL", "entities": entities}


def _name(name: str) -> dict[str, object]:
    if name.count(".") != 1:
        return {}
    registrar = _card("registrar", "", entities=[_card("abuse", "registrar@registrar.example")])
    return {"objectClassName": "domain", "ldhName": name, "entities": [registrar]}


class _Elsewhere(socket.socket):
    """A vantage point: a proxy that connects from another address."""

    def __init__(self) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self.bind(("127.0.0.1", 0))
        self.listen(64)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            near, _ = self.accept()
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, near.makefile("rb") as reader:
            host, _, port = reader.readline().split()[1].decode().rpartition(":")
            while reader.readline().strip():
                pass
            with socket.create_connection((host, int(port)), source_address=(_ELSEWHERE_IP, 0)) as far:
                near.sendall(b"HTTP/1.1 200 connected\r\n\r\n")
                while (line := reader.readline()).strip():
                    far.sendall(line)
                far.sendall(b"\r\n")
                while read := far.recv(4096):
                    near.sendall(read)


def _said(message: Any) -> str:
    """Return what people and machines read in a message."""
    leaves = (part.get_content() for part in message.walk() if not part.is_multipart())
    return "\n".join(each.decode() if isinstance(each, bytes) else str(each) for each in leaves)


class Play:
    """One desk, its takedowns, and the person who decides."""

    def __init__(self, count: int, days: int) -> None:
        self._days, self._chance = days, random.Random(_SEED)
        self.internet = Internet(START)
        self._port = 0
        self._count = count
        self._said: list[tuple[datetime, str, Answer]] = []

    def run(self) -> dict[str, Any]:
        """Play until the days are over."""
        mail = MailSink()
        with running(mail), self._servers(), clock.use(lambda: self.internet.now):
            self._configure(mail.url)
            self._open_all()
            begun_s = time.process_time()
            while self.internet.now < START + timedelta(days=self._days):
                self._work(mail)
                self._jump()
            return self._told(time.process_time() - begun_s)

    #### The world ####

    def _servers(self) -> Any:
        stack = ExitStack()
        first = ThreadingHTTPServer(("127.0.1.1", 0), _Host)
        self._port = first.server_address[1]
        hosts = [
            first,
            *(ThreadingHTTPServer((f"127.0.{number}.1", self._port), _Host) for number in range(2, NETWORKS + 1)),
        ]
        self._registry = ThreadingHTTPServer(("127.0.0.1", 0), _Registry)
        for server in (*hosts, self._registry):
            server.internet = self.internet  # type: ignore[attr-defined]
            stack.enter_context(running(server))
        usual = socket.getaddrinfo

        def resolve(host: Any, port: Any, *more: Any, **named: Any) -> Any:
            if isinstance(host, str) and host in self.internet.places:
                ip = f"127.0.{self.internet.network_of(host)}.1"
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]
            return usual(host, port, *more, **named)

        socket.getaddrinfo = resolve
        self._vantage = _Elsewhere()
        return stack

    def _configure(self, mail_url: str) -> None:
        settings.TUTELA = replace(settings.TUTELA, mail_url=mail_url, probe_private=True, origin="https://desk.example")
        fill(contacts.CLASSES, "simulated,1,A1,a simulation")
        registry = f"http://127.0.0.1:{self._registry.server_address[1]}"
        fill(contacts.REGISTRIES, f"127.0.0.0/8,{registry},a simulation", f"example,{registry},a simulation")
        fill(contacts.VANTAGES, f"ca,ca,http://127.0.0.1:{self._vantage.getsockname()[1]},a simulation")
        rows = [
            f"network,127.0.{n}.0/24,upstream,Above {n},above@net-{n}.example,,nl,,a simulation"
            for n in range(1, NETWORKS + 1)
        ]
        fill(contacts.CONTACTS, *rows)
        self._desk = make_desk()
        self._case = Case.objects.create(organisation=self._desk.organisation, team=self._desk.team, state="confirmed")

    def _open_all(self) -> None:
        self._waiting = [address(self._chance, number, self._days) for number in range(self._count)]
        self._waiting.sort(key=lambda place: place.begun_at, reverse=True)

    def _open(self, place: Address) -> None:
        name = f"s{len(self.internet.places)}.example"
        self.internet.places[name] = place
        url = f"http://{name}:{self._port}/a"
        where = make_place(self._case, url, sha256=f"{clock.new_id().int:064x}")
        organisation = OrganisationId(self._desk.organisation.id)
        with transaction.atomic():
            services.order(
                SYSTEM,
                services.Order(
                    CaseId(self._case.id),
                    ItemId(where.item_id),
                    where.id,
                    organisation,
                    url,
                    scheme="simulated",
                    classification="1",
                ),
            )

    #### The service, and who answers it ####

    def _work(self, mail: MailSink) -> None:
        while self._waiting and self._waiting[-1].begun_at <= self.internet.now:
            self._open(self._waiting.pop())
        run_worker(until_idle=True)
        taken, mail.taken = mail.taken, []
        for recipient, message in taken:
            name = message["Message-ID"].strip("<>").partition("@")[0]
            self.internet.take(recipient, message["Subject"] + "\n" + _said(message), name)
            self._note_answers(message, name)
        self._answer()
        self._decide()

    def _note_answers(self, message: Any, name: str) -> None:
        host = urlsplit(re.search(r"http://[^\s\"]+", _said(message))[0]).hostname or ""
        place = self.internet.places[host]
        while place.said:
            moment, answer = place.said.pop()
            self._said.append((moment, name, answer))

    def _answer(self) -> None:
        for name in self.internet.bounces:
            head = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
            state = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nStatus: 5.1.1\n--b\n"
            own = f"Content-Type: message/rfc822\n\nMessage-ID: <{name}@{settings.TUTELA.host}>\n\n\n--b--\n"
            receiving.take((head + state + own).encode())
        self.internet.bounces.clear()
        for moment, name, answer in [each for each in self._said if each[0] <= self.internet.now]:
            self._said.remove((moment, name, answer))
            receiving.take(f"In-Reply-To: <{name}@{settings.TUTELA.host}>\n\n{answer.value}".encode())
            for reply in Reply.objects.filter(read_at=None).select_related("notice"):
                receiving.read(SYSTEM, reply.notice.takedown_id, reply.id, Answer(reply.text.split()[-1]))

    def _decide(self) -> None:
        """Do what has waited for a person since an hour."""
        asked = Takedown.objects.filter(state__in=[State.OBJECTED, State.MOVED]).select_related("location")
        for takedown in asked:
            matter = takedown.read()
            if self.internet.now - (matter.seen_at or self.internet.now) < _PERSON:
                continue
            if takedown.state == State.MOVED:
                services.follow(SYSTEM, takedown.id)
                copy = address(self._chance, 0, self._days)
                copy.temper, copy.begun_at, copy.gone_at = Temper.OBEYS, self.internet.now, None
                self._open(copy)
            else:
                services.withdraw(SYSTEM, takedown.id)

    def _jump(self) -> None:
        """Go on to whatever is next, by quarters of an hour: as a sweep a minute would, with fewer of them."""
        due = [
            Takedown.objects.aggregate(at=Min("due_at"))["at"],
            Notice.objects.aggregate(at=Min("try_at"))["at"],
            self._waiting[-1].begun_at if self._waiting else None,
            min((each[0] for each in self._said), default=None),
        ]
        moments = [each for each in due if each]
        later = min(moments) if moments else START + timedelta(days=self._days)
        quarters = math.ceil((later - START) / _QUARTER)
        self.internet.now = max(self.internet.now + _MINUTE, START + quarters * _QUARTER)

    #### What became of it ####

    def _told(self, spent_s: float) -> dict[str, Any]:
        ends: Counter[tuple[str, str]] = Counter()
        wrong, hours = 0, []
        for takedown in Takedown.objects.select_related("location"):
            place = self.internet.places[urlsplit(takedown.location.address).hostname or ""]
            ends[place.temper.value, takedown.state] += 1
            wrong += State(takedown.state) not in RIGHT.get(place.temper, REMOVED)
            if takedown.first_sent_at and takedown.gone_at:
                hours.append((takedown.gone_at - takedown.first_sent_at).total_seconds() / 3600)
        return {
            "takedowns": Takedown.objects.count(),
            "wrong": wrong,
            "wrongly told": self.internet.wrongly_told,
            "notices": self.internet.notices,
            "again": Notice.objects.filter(kind="again").exclude(sent_at=None).count(),
            "rounds": Probe.objects.count(),
            "given up": DeadJob.objects.count(),
            "hours": sorted(hours),
            "cpu_s": spent_s,
            "ends": [(temper, state, count) for (temper, state), count in sorted(ends.items())],
        }


def play(count: str, days: str) -> None:
    """Play, and say what became of it."""
    with acting_as(SYSTEM):
        told = Play(int(count), int(days)).run()
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    {"play": play}[sys.argv[1]](*sys.argv[2:])
