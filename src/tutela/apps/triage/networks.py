"""In which country a network is, by a table that an operator puts there: CSV, `network,jurisdiction`, sorted or not.

Networks do not overlap in such tables; where they do, the one that begins last before an address answers for it. Only
this file is asked, never a service on the Internet: that would tell it which addresses are reported.

>>> table = Networks.of([("192.0.2.0/24", "NL"), ("2001:db8::/32", "de")])
>>> table.country_of("192.0.2.7"), table.country_of("2001:db8::1"), table.country_of("198.51.100.1")
('nl', 'de', '')
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from tutela.domain.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Networks:
    """First and last address of each network with its country, in order, by the version of the protocol."""

    spans: dict[int, list[Span]] = field(default_factory=dict[int, list[Span]])

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str]]) -> Networks:
        """Make it from networks and countries."""
        spans: dict[int, list[Span]] = {4: [], 6: []}
        for written, jurisdiction in rows:
            network = ip_network(written.strip())
            last = int(network.broadcast_address)
            spans[network.version].append((int(network.network_address), last, jurisdiction.strip().lower()))
        return cls({version: sorted(each) for version, each in spans.items()})

    @classmethod
    def read(cls, file: Path) -> Networks:
        """Read a table. `FormatError` where it is none."""
        with file.open(encoding="utf-8", newline="") as stream:
            try:
                return cls.of((row["network"], row["jurisdiction"]) for row in csv.DictReader(stream))
            except (KeyError, ValueError, AttributeError) as error:
                raise FormatError(f"{file.name} is not a table of network,jurisdiction") from error

    def country_of(self, address: str) -> str:
        """Return the country of an IP address; nothing where the table does not know, or it is no address."""
        try:
            asked = ip_address(address)
        except ValueError:
            return ""
        spans = self.spans.get(asked.version, [])
        at = bisect_right(spans, int(asked), key=lambda span: span[0]) - 1
        return spans[at][2] if at >= 0 and int(asked) <= spans[at][1] else ""
