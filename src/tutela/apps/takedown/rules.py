"""What takedown decides by itself: how a matter is kept, which addresses are refused, and why. Pure.

The states and the ladder are the engine's (`engine.removal`).

Rules:

1. A page that shows what stands at another address holds nothing: fetchers, translators, thumbnailers and searches by
   address carry that address in their own. It is neither asked nor told; the address in it is another matter.
2. A *site* is a host name without `www`; the circuit of one says nothing about its neighbours.

>>> from datetime import UTC, datetime
>>> moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
>>> read(plain(Matter.begun(moment))) == Matter.begun(moment)
True
>>> carries_address("https://translate.example/?u=https%3A%2F%2Ffiles.example%2Fa"), carries_address("https://a.example/b")
(True, False)
>>> site_of("https://www.Files.example:8443/a")
'files.example'
"""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import unquote, urlsplit

from tutela.engine.removal import Answer, Finding, Matter, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WITHIN: Final = re.compile(
    r"https?:/{1,2}[^/\s]+\.|(?:[?&;]|/)(?:url|uri|u|q|src|imgurl|image_url|link)=www\.", re.IGNORECASE
)
_UNQUOTED_MAX: Final = 3  # times that a fetcher may have quoted it


def _moments(values: list[str]) -> tuple[datetime, ...]:
    return tuple(datetime.fromisoformat(value) for value in values)


_READ: Final[dict[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(
        (
            "opened_at",
            "begun_at",
            "held_until",
            "seen_at",
            "first_sent_at",
            "sent_at",
            "answered_at",
            "gone_at",
            "removed_at",
        ),
        datetime.fromisoformat,
    ),
    "finding": Finding,
    "answer": Answer,
    "ended": State,
    "counted": _moments,
}


def plain(matter: Matter) -> dict[str, Any]:
    """Return a matter as JSON keeps it: what is as it began is left out."""
    values = ((each.name, getattr(matter, each.name), each.default) for each in fields(matter))
    return {name: _plain(value) for name, value, default in values if value != default}


def read(kept: Mapping[str, Any]) -> Matter:
    """Return the matter that was kept."""
    return Matter(**{name: _READ[name](value) if name in _READ else value for name, value in kept.items()})


def carries_address(address: str) -> bool:
    """Whether an address has another one within it, however often it was quoted."""
    parts = urlsplit(address)
    rest = f"{parts.path}?{parts.query}"
    for _ in range(_UNQUOTED_MAX):
        if _WITHIN.search(rest):
            return True
        rest = unquote(rest)
    return False


def site_of(address: str) -> str:
    """Return the site of an address."""
    return (urlsplit(address).hostname or "").lower().removeprefix("www.")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return [_plain(each) for each in cast("tuple[object, ...]", value)] if isinstance(value, tuple) else value
