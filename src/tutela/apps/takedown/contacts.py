"""Tables that the operator fills: whom to tell, which registry to ask, and from where it is looked at. All ship empty.

    contacts.csv     kind (network, site, name-ending, jurisdiction), value, rung, name, reach, fronts, jurisdiction,
                     language (of their letter; empty: English)
    registries.csv   asked (a network, or the ending of names), server (its RDAP service, https)
    vantages.csv     name, jurisdiction, proxy (http://host:port that the operator runs there)
    classes.csv      scheme, classification (as a list says it), word (what that is in XARF)

Rules:

1. We name no host, registry or authority of our own: without rows nobody is found but by what a person gives.
2. The narrowest row wins: the smallest network, the longest name.
3. Without a second vantage point a removal is never certain; the board says so.
4. What a list's own words are in XARF is the operator's to say: without a row a notice carries no report for machines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from tutela.apps.tables import Row, Table
from tutela.engine.formats.notice_words import LANGUAGES
from tutela.engine.formats.xarf_report import Classification
from tutela.engine.removal import Rung
from tutela.engine.responsible import Confidence, Party, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE: Final = "here"
_KINDS: Final = ("network", "site", "name-ending", "jurisdiction")
_COUNTRY: Final = re.compile(r"[a-z]{2}")
_VANTAGE: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_BYTES_MAX: Final = 16 << 20
_DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Contact:
    """One row: who answers for a network, a site, an ending of names or a country."""

    kind: str
    value: str
    party: Party
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class Registry:
    """One row: which RDAP service answers for what."""

    asked: str
    server: str


@dataclass(frozen=True, slots=True)
class Vantage:
    """One place from which it is looked at."""

    name: str
    jurisdiction: str = ""
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class Class:
    """One row: what a list's word is in XARF."""

    scheme: str
    classification: str
    word: Classification


def contacts_of(host: str, ip: str, jurisdiction: str, rows: Iterable[Contact] | None = None) -> list[Contact]:
    """Return the rows that answer for an address, of each rung the narrowest first."""
    found = [
        (width, row)
        for row in (CONTACTS.rows() if rows is None else rows)
        if (width := _fit(row, host, ip, jurisdiction))
    ]
    return [row for _width, row in sorted(found, key=lambda each: -each[0])]


def registry_for(asked: str) -> str:
    """Return the RDAP service that answers for an IP address or a name; nothing where the table knows none."""
    fits = [(len(row.asked), row.server) for row in REGISTRIES.rows() if _answers_for(row.asked, asked)]
    return max(fits, default=(0, ""))[1]


def vantages() -> list[Vantage]:
    """Return every place from which it is looked at: here, and those of the table."""
    return [Vantage(HERE), *VANTAGES.rows()]


def class_of(scheme: str, classification: str) -> Classification | None:
    """Return what a list's word is in XARF; None where nobody said so."""
    asked = (scheme, classification)
    return next((row.word for row in CLASSES.rows() if (row.scheme, row.classification) == asked), None)


def _fit(row: Contact, host: str, ip: str, jurisdiction: str) -> int:
    """Return how narrowly a row fits; 0 where it does not."""
    if row.kind == "network":
        network = ip_network(row.value)
        return 1000 + network.prefixlen if _holds(network, ip) else 0
    if row.kind == "jurisdiction":
        return 1 if row.value == jurisdiction else 0
    fits = host == row.value or host.endswith(f".{row.value}")
    return (2000 if row.kind == "site" else 10) + len(row.value) if fits else 0


def _answers_for(row: str, asked: str) -> bool:
    if "/" in row:
        return _holds(ip_network(row), asked)
    return asked.endswith(f".{row}")


def _holds(network: IPv4Network | IPv6Network, ip: str) -> bool:
    try:
        return ip_address(ip) in network
    except ValueError:
        return False


def _contact(row: Row) -> Contact:
    if row["kind"] not in _KINDS:
        raise ValueError(f"`kind` is one of {', '.join(_KINDS)}")
    value = row["value"].lower()
    if row["kind"] == "network":
        ip_network(value)
    if "@" not in row["reach"] and not row["reach"].startswith("https://"):
        raise ValueError("`reach` is a mailbox, or the https address of a form")
    if row["jurisdiction"] and not _COUNTRY.fullmatch(row["jurisdiction"].lower()):
        raise ValueError("`jurisdiction` is a code of two letters (ISO 3166-1)")
    language, fronts = row["language"].lower(), row["fronts"].lower() == "yes"
    if language and language not in LANGUAGES:
        raise ValueError(f"`language` is one of {', '.join(LANGUAGES)}")
    party = Party(
        Rung(row["rung"]).value,
        row["name"],
        row["reach"],
        Source.TABLE,
        Confidence.HIGH,
        fronts=fronts,
        language=language,
    )
    return Contact(row["kind"], value.strip("."), party, row["jurisdiction"].lower())


def _registry(row: Row) -> Registry:
    asked = row["asked"].lower().strip(".")
    if "/" in asked:
        ip_network(asked)
    if urlsplit(row["server"]).scheme not in {"https", "http"}:
        raise ValueError("`server` is an https address")
    return Registry(asked, row["server"].rstrip("/"))


def _vantage(row: Row) -> Vantage:
    if not _VANTAGE.fullmatch(row["name"]) or row["name"] == HERE:
        raise ValueError("`name` is a word in small letters, and not `here`")
    parts = urlsplit(row["proxy"])
    if parts.scheme != "http" or not parts.hostname or not parts.port:
        raise ValueError("`proxy` is http://host:port")
    return Vantage(row["name"], row["jurisdiction"].lower(), row["proxy"])


def _class(row: Row) -> Class:
    if not row["scheme"] or not row["classification"]:
        raise ValueError("`scheme` and `classification` are as a list says them")
    return Class(row["scheme"], row["classification"], Classification(row["word"]))


CONTACTS: Final = Table(
    "contacts.csv",
    _DATA / "contacts.csv",
    _contact,
    title=lambda: _("Whom to tell"),
    without=lambda: _("Nobody is found by a table: a person gives each recipient, or a registry does."),
    bytes_max=_BYTES_MAX,
)
REGISTRIES: Final = Table(
    "registries.csv",
    _DATA / "registries.csv",
    _registry,
    title=lambda: _("Registries to ask"),
    without=lambda: _("No registry is asked who answers for a network or a name."),
)
VANTAGES: Final = Table(
    "vantages.csv",
    _DATA / "vantages.csv",
    _vantage,
    title=lambda: _("Places to look from"),
    without=lambda: _("It is looked at from here only, so no removal is ever certain."),
)
CLASSES: Final = Table(
    "classes.csv",
    _DATA / "classes.csv",
    _class,
    title=lambda: _("Words of lists in notices"),
    without=lambda: _("Notices carry no report for machines (XARF), only a letter."),
)
