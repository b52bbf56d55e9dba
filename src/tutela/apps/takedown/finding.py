"""Finding who can act: what the operator's tables say, then registries, then what the party says of itself.

No transaction is open while others are asked. Each answer is doubted by `engine.responsible`; what was refused is kept
as a reason, so that a person sees why somebody was not told.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.conf import settings

from tutela.apps.takedown import contacts
from tutela.apps.triage import public as triage
from tutela.engine import clock
from tutela.engine.probing import Way, document
from tutela.engine.removal import Rung
from tutela.engine.responsible import (
    Confidence,
    Party,
    Registered,
    Source,
    Unfit,
    UntrueError,
    in_order,
    names_to_ask,
    read_mailbox,
    read_name,
    read_network,
    read_security_txt,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_PARTIES_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Found:
    """Who can act, the surest first, and where it stands. `refused` says what was not believed, and why."""

    parties: tuple[Party, ...] = ()
    host: str = ""
    network: str = ""
    jurisdiction: str = ""
    refused: tuple[str, ...] = ()


def way(proxy: str = "", agent: str = "") -> Way:
    """Return the guarded way out of this installation."""
    usual = Way(allow_private=settings.TUTELA.probe_private, proxy=proxy)
    return Way(allow_private=usual.allow_private, proxy=proxy, agent=agent or usual.agent)


def find(address: str) -> Found:
    """Find who can act on an address. Never raises for what others answer."""
    return _Search(urlsplit(address).hostname or "").found()


class _Search:
    """One search: what was found and refused so far."""

    def __init__(self, host: str) -> None:
        self._host, self._ip = host.lower(), _ip_of(host)
        self._refused: list[str] = []
        self._way = way()

    def found(self) -> Found:
        network = self._asked(self._ip, f"/ip/{self._ip}", partial(read_network, asked=self._ip)) if self._ip else None
        name = self._registered_name()
        country = triage.networks().country_of(self._ip) or (network.country if network else "")
        rows = contacts.contacts_of(self._host, self._ip, country)
        country = next((row.jurisdiction for row in rows if row.jurisdiction), country)
        given = [row.party for row in rows]
        given += self._of(network, Rung.HOST) if network else []
        given += self._of(name, Rung.REGISTRAR) if name else []
        given = self._fit(given)
        if network and not network.abuse:
            given = [*given, *self._fit(self._own_words(given))]
        host = next((party.name for party in given if party.rung == Rung.HOST and party.name), "")
        network_name = network.name if network else ""
        kept = in_order(given)[:_PARTIES_MAX]
        return Found(tuple(kept), host or network_name, network_name, country, tuple(self._refused))

    def _registered_name(self) -> Registered | None:
        if _is_ip(self._host):
            return None
        for each in names_to_ask(self._host):
            if found := self._asked(each, f"/domain/{each}", partial(read_name, asked=each)):
                return found
        return None

    def _asked(self, asked: str, path: str, read: Callable[[str], Registered]) -> Registered | None:
        server = contacts.registry_for(asked)
        if not server:
            return None
        answer = document(server + path, self._way)
        if answer.failure:
            self._refused.append(f"rdap:{answer.failure.value}")
            return None
        try:
            return read(answer.text)
        except UntrueError:
            self._refused.append("rdap:untrue")
            return None

    def _of(self, found: Registered, rung: Rung) -> Iterator[Party]:
        for mailbox in found.abuse:
            yield Party(rung.value, found.name, mailbox, Source.RDAP, Confidence.MEDIUM)
        for mailbox in found.others:
            yield Party(rung.value, found.name, mailbox, Source.RDAP, Confidence.LOW)

    def _own_words(self, given: Iterable[Party]) -> Iterator[Party]:
        """Ask operators who name nobody for abuse what they say of themselves, where they get their mail."""
        for party in given:
            if party.source is not Source.RDAP or party.rung != Rung.HOST:
                continue
            answer = document(f"https://{party.reach.rpartition('@')[2]}/.well-known/security.txt", self._way)
            for reach in read_security_txt(answer.text, clock.now()):
                yield Party(party.rung, party.name, reach, Source.SECURITY_TXT, Confidence.LOW)

    def _fit(self, parties: Iterable[Party]) -> list[Party]:
        """Keep those that a notice may go to; say why the others may not."""
        kept: list[Party] = []
        for party in parties:
            site = "" if party.source is Source.TABLE else self._host  # who wrote the table knows whom it names
            read = party.reach if party.is_form else read_mailbox(party.reach, ours=settings.TUTELA.host, site=site)
            if isinstance(read, Unfit):
                self._refused.append(f"{party.source.value}:{read.value}")
            else:
                kept.append(replace(party, reach=read))
        return kept


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _ip_of(host: str) -> str:
    try:
        return way().resolve(host, 443)[0]
    except (OSError, IndexError, UnicodeError, socket.gaierror):
        return ""
