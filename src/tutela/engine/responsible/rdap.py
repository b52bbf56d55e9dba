"""What a registry says about a network or a name (RDAP, RFC 9083): who answers for it, if it speaks of what was asked.

Rules:

1. An answer about a network must contain the address that was asked, and one about a name must be of that name.
   Anything else is *untrue*, whoever sent it.
2. A contact is found by its role: `abuse` before `technical`. It is a mailbox in a jCard (RFC 7095), nothing else.
3. Nothing is followed: no link, no other entity's document. What is nested deeper than it need be is not read.

>>> text = '''{"objectClassName": "ip network", "startAddress": "192.0.2.0", "endAddress": "192.0.2.255",
...   "name": "NET-1", "country": "NL", "entities": [{"roles": ["abuse"], "vcardArray": ["vcard",
...     [["fn", {}, "text", "Abuse desk"], ["email", {}, "text", "abuse@host.example"]]]}]}'''
>>> found = read_network(text, "192.0.2.7")
>>> found.name, found.country, found.abuse, found.others
('NET-1', 'nl', ('abuse@host.example',), ())
>>> read_network(text, "198.51.100.1")
Traceback (most recent call last):
tutela.engine.responsible.rdap.UntrueError: the network does not hold the address
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DEPTH_MAX: Final = 3  # entities within entities
_ENTITIES_MAX: Final = 100
_NAME_CHARACTERS_MAX: Final = 100
_NAMES_MAX: Final = 3
_OTHERS: Final = frozenset({"technical", "registrant", "administrative"})
_COUNTRY: Final = re.compile(r"[A-Za-z]{2}")


class UntrueError(ValueError):
    """The answer is not one, or not about what was asked."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What a registry says. Contacts are texts that nobody has checked yet."""

    name: str
    country: str
    abuse: tuple[str, ...]
    others: tuple[str, ...]


def read_network(text: str, asked: str) -> Registered:
    """Read an answer about the network of an IP address."""
    found = _object(text, "ip network")
    try:
        first, last, address = (ip_address(each) for each in (found["startAddress"], found["endAddress"], asked))
        holds = first.version == last.version == address.version and int(first) <= int(address) <= int(last)
    except (KeyError, ValueError):
        raise UntrueError("the network says not where it begins and ends") from None
    if not holds:
        raise UntrueError("the network does not hold the address")
    return _registered(found, str(found.get("name") or found.get("handle") or ""))


def read_name(text: str, asked: str) -> Registered:
    """Read an answer about a domain name; its registrar answers for it."""
    found = _object(text, "domain")
    if str(found.get("ldhName", "")).lower().rstrip(".") != asked.lower():
        raise UntrueError("it is about another name")
    registrar = next((each for each in _entities(found) if "registrar" in _roles(each)), None)
    if registrar is None:
        raise UntrueError("it names no registrar")
    return _registered({"entities": [registrar]}, _card(registrar, "fn")[:1])


def names_to_ask(host: str) -> list[str]:
    """Return the names under which a host may be registered, the shortest first: registries refuse what is none.

    >>> names_to_ask("a.b.files.example")
    ['files.example', 'b.files.example', 'a.b.files.example']
    """
    labels = host.split(".")
    return [".".join(labels[-number:]) for number in range(2, min(len(labels), _NAMES_MAX + 1) + 1)]


def _object(text: str, kind: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise UntrueError("it is not JSON") from None
    if not isinstance(found, dict) or cast("dict[str, Any]", found).get("objectClassName") != kind:
        raise UntrueError(f"it is not about a {kind}")
    return cast("dict[str, Any]", found)


def _registered(found: Mapping[str, Any], name: str | list[str]) -> Registered:
    abuse: list[str] = []
    others: list[str] = []
    for entity in _entities(found):
        roles = _roles(entity)
        if "abuse" in roles:
            abuse += _card(entity, "email")
        elif roles & _OTHERS:
            others += _card(entity, "email")
    country = str(found.get("country", ""))
    written = name if isinstance(name, str) else "".join(name)
    return Registered(
        name="".join(each for each in written if each.isprintable())[:_NAME_CHARACTERS_MAX],
        country=country.lower() if _COUNTRY.fullmatch(country) else "",
        abuse=tuple(dict.fromkeys(abuse)),
        others=tuple(each for each in dict.fromkeys(others) if each not in abuse),
    )


def _entities(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield entities, and those within them, so many and so deep as an honest answer has."""
    level: list[Mapping[str, Any]] = [found]
    seen = 0
    for _ in range(_DEPTH_MAX):
        below = [each for above in level for each in _objects(above.get("entities"))]
        for each in below:
            seen += 1
            if seen > _ENTITIES_MAX:
                return
            yield each
        level = below


def _roles(entity: Mapping[str, Any]) -> set[str]:
    return {each.lower() for each in _listed(entity.get("roles")) if isinstance(each, str)}


def _card(entity: Mapping[str, Any], wanted: str) -> list[str]:
    """Return the values of one property of a jCard."""
    card = _listed(entity.get("vcardArray"))
    lines = _listed(card[1]) if len(card) > 1 else []
    return [
        str(line[3]) for line in map(_listed, lines) if len(line) > 3 and line[0] == wanted and isinstance(line[3], str)
    ]


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [cast("dict[str, Any]", each) for each in _listed(value) if isinstance(each, dict)]


def _listed(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
