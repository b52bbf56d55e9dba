"""How often machines' keys and the public may knock, over all processes of this machine together.

Of the address from which somebody of the public comes nothing is kept: it is turned, in memory, into a name that means
something until midnight (UTC) and to nobody but the table of buckets itself (`engine.throttling`).

What may not wait because of how much else was sent (a child in danger now) is named by its app, and has a far larger
bucket of its own:

    @spared_by_limits
    def says_danger(request): ...
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from django.conf import settings
from ninja.errors import HttpError

from tutela.engine import clock
from tutela.engine.throttling import Rate, SharedTable, address_buckets, key_buckets, name_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.http import HttpRequest

    from tutela.apps.access.models import ApiKey

_MINUTE_S: Final = 60
_DAY_S: Final = 24 * 3600
_NS: Final = 1_000_000_000
_HOME_BITS: Final = 64  # of an IPv6 address: what one household or machine is given
_SPARED_TIMES: Final = 100  # as many requests as others

Asks: TypeAlias = "Callable[[HttpRequest], bool]"
_spared: Final[list[Asks]] = []


class TooManyRequestsError(HttpError):
    """A key knocks too often."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(429, "too many requests for this key")
        self.wait_s = wait_s


def spared_by_limits(asks: Asks) -> Asks:
    """Name requests of keys that are let in though their key has asked too often."""
    _spared.append(asks)
    return asks


def key_must_wait_s(key: ApiKey, request: HttpRequest, tokens: int = 1) -> int:
    """Take one request of a key, or what it costs beyond that. Return 0, or the seconds until it may ask again."""
    table, a_minute, now_ns = _keys(settings.TUTELA.home), key.requests_per_minute_max, _now_ns()
    wait_ns = table.take(name_of(key.id.bytes), Rate(a_minute, _MINUTE_S), now_ns, tokens)
    if wait_ns and any(asks(request) for asks in _spared):
        spared, many = name_of(b"spared\n" + key.id.bytes), a_minute * _SPARED_TIMES
        wait_ns = table.take(spared, Rate(many, _MINUTE_S), now_ns, tokens)
    return _seconds(wait_ns)


def charge(request: HttpRequest, tokens: int) -> None:
    """Take what a request costs beyond the one token that every request costs; 429 where its key has not so many.

    What costs more than the key may ask in a minute costs just that: it waits for a full bucket. Whoever is told to
    wait comes with another request, whose token is in the waiting.
    """
    key: ApiKey = request.tutela_key  # pyright: ignore[reportAttributeAccessIssue] - where `KeyAuth` put it
    tokens = min(tokens, key.requests_per_minute_max - 1)
    if tokens and (wait_s := key_must_wait_s(key, request, tokens)):
        raise TooManyRequestsError(wait_s + _MINUTE_S // key.requests_per_minute_max + 1)


def caller_must_wait_s(request: HttpRequest, door: str, rate: Rate) -> int:
    """Take one try of whoever asks at a door, such as `report`. Return 0, or the seconds until they may try again."""
    table, now_ns = _addresses(settings.TUTELA.home), _now_ns()
    name = table.name_today(f"{door}\n{_caller(request)}".encode(), day=now_ns // (_DAY_S * _NS))
    return _seconds(table.take(name, rate, now_ns))


def _caller(request: HttpRequest) -> str:
    """Return the address, of IPv6 the network; empty where there is none, so that all of those share one bucket."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, _HOME_BITS), strict=False))


def _now_ns() -> int:
    return int(clock.now().timestamp() * _NS)


def _seconds(wait_ns: int) -> int:
    return -(-wait_ns // _NS)


@lru_cache(maxsize=8)
def _keys(home: Path) -> SharedTable:
    return key_buckets(home)


@lru_cache(maxsize=8)
def _addresses(home: Path) -> SharedTable:
    return address_buckets(home)
