"""In which country a network is, by the table `networks.csv`. It ships empty: we know of no network.

Networks do not overlap in such tables; where they do, the one that begins last before an address answers for it. Only
the table is asked, never a service on the Internet: that would tell it which addresses are reported.

>>> table = Networks.of([(ip_network("192.0.2.0/24"), "nl"), (ip_network("2001:db8::/32"), "de")])
>>> table.country_of("192.0.2.7"), table.country_of("2001:db8::1"), table.country_of("198.51.100.1")
('nl', 'de', '')
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from tutela.apps.tables import Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

Span = tuple[int, int, str]
Located = tuple[IPv4Network | IPv6Network, str]
_BYTES_MAX: Final = 64 << 20  # some hundred thousand networks


@dataclass(frozen=True, slots=True)
class Networks:
    """First and last address of each network with its country, in order, by the version of the protocol."""

    spans: dict[int, list[Span]] = field(default_factory=dict[int, list[Span]])

    @classmethod
    def of(cls, rows: Iterable[Located]) -> Networks:
        """Make it from networks and countries."""
        spans: dict[int, list[Span]] = {4: [], 6: []}
        for network, jurisdiction in rows:
            last = int(network.broadcast_address)
            spans[network.version].append((int(network.network_address), last, jurisdiction))
        return cls({version: sorted(each) for version, each in spans.items()})

    def country_of(self, address: str) -> str:
        """Return the country of an IP address; nothing where the table does not know, or it is no address."""
        try:
            asked = ip_address(address)
        except ValueError:
            return ""
        spans = self.spans.get(asked.version, [])
        at = bisect_right(spans, int(asked), key=lambda span: span[0]) - 1
        return spans[at][2] if at >= 0 and int(asked) <= spans[at][1] else ""


def networks() -> Networks:
    """Return which country each network is in, as far as this operator says."""
    rows = NETWORKS.rows()
    if rows is not _made[0]:
        _made[:] = rows, Networks.of(rows)
    return _made[1]


def _located(row: Row) -> Located:
    if not re.fullmatch(r"[A-Za-z]{2}", row["jurisdiction"]):
        raise ValueError("`jurisdiction` is a code of two letters (ISO 3166-1)")
    return ip_network(row["network"]), row["jurisdiction"].lower()


NETWORKS: Final = Table(
    "networks.csv",
    Path(__file__).parent / "data" / "networks.csv",
    _located,
    title=lambda: _("Networks and their countries"),
    without=lambda: _("IP addresses propose no jurisdiction."),
    bytes_max=_BYTES_MAX,
)
_made: list[Any] = [(), Networks()]
