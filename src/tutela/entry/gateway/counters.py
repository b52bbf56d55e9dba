"""Numbers of all processes in one file: each writes its own row, whoever is scraped adds the rows up.

Rules:

1. A process that is started again takes the row of the one before it: what was counted goes on.
2. Words of eight bytes, aligned, written by one process alone: no lock, and no number is ever half written.
3. The file is made empty when the gateway starts, which Prometheus knows as a restart.

The names below are what `/metrics` shows; docs/guide/gateway.md explains each, and a test keeps that true.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from tutela.client.words import Verdict
from tutela.entry.gateway import mapped
from tutela.entry.gateway.errors import CODES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from prometheus_client.core import Metric

    from tutela.engine.matching.retro import Tally
    from tutela.entry.gateway.probing import ProbingWatch

STATUSES: Final = tuple(sorted({200, *(status for status, _ in CODES.values())}))
_BOUNDS_S: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_BOUNDS_NS: Final = tuple(round(bound * 1e9) for bound in _BOUNDS_S)
_A_ROUTE: Final = len(STATUSES) + len(_BOUNDS_S) + 2  # statuses, buckets with the last, the sum
_VERDICTS: Final = tuple(Verdict)
_RETRO_WORDS: Final = 2  # kept, dropped


class Counters:
    """The row of one process. `routes` are the same names in the same order in every process."""

    def __init__(self, path: Path, routes: Sequence[str], process: int, processes: int) -> None:
        self._routes = routes
        self._width = _width(routes)
        self._words = memoryview(mapped.attach(path, processes * self._width * 8)).cast("Q")
        self._start = process * self._width
        self._verdicts_at = self._start + len(routes) * _A_ROUTE
        self._retro_at = self._verdicts_at + len(_VERDICTS)
        self._in_flight_at = self._retro_at + _RETRO_WORDS
        self._status_at = {status: at for at, status in enumerate(STATUSES)}
        self.set_in_flight(0)

    @staticmethod
    def begin(path: Path, routes: Sequence[str], processes: int) -> None:
        """Make an empty file. Done once, before any process maps it."""
        mapped.begin(path, processes * _width(routes) * 8)

    def count_request(self, route: int, status: int, duration_ns: int) -> None:
        """Count one answer."""
        words, at = self._words, self._start + route * _A_ROUTE
        words[at + self._status_at[status]] += 1
        at += len(STATUSES)
        words[at + bisect_left(_BOUNDS_NS, duration_ns)] += 1
        words[at + len(_BOUNDS_S) + 1] += duration_ns

    def count_verdict(self, verdict: Verdict, times: int = 1) -> None:
        """Count what was told of one value, or of several."""
        self._words[self._verdicts_at + _VERDICT_AT[verdict]] += times

    def count_remembered(self, kept: int, dropped: int) -> None:
        """Count values that are kept for retro-matching, and those that could not be."""
        self._words[self._retro_at] += kept
        self._words[self._retro_at + 1] += dropped

    def set_in_flight(self, requests: int) -> None:
        """Say how many requests this process is at."""
        self._words[self._in_flight_at] = requests

    def render(self, watch: ProbingWatch, set_apart: int, tally: Tally | None = None) -> bytes:
        """Return the numbers of all processes as Prometheus reads them. `set_apart`: entries in quarantine."""
        registry = CollectorRegistry()
        registry.register(_Collector(self, watch, set_apart, tally))
        return generate_latest(registry)

    def families(self, watch: ProbingWatch, set_apart: int, tally: Tally | None) -> Iterator[Metric]:
        """Yield every metric, added up; of retro-matching only where there is a `tally` of what was joined."""
        total = self._total()
        requests = CounterMetricFamily("tutela_gateway_requests", "Requests answered.", labels=["route", "status"])
        seconds = HistogramMetricFamily("tutela_gateway_request_seconds", "Seconds until an answer.", labels=["route"])
        for number, route in enumerate(self._routes):
            at = number * _A_ROUTE
            for status, count in zip(STATUSES, total[at:], strict=False):
                if count:
                    requests.add_metric([route, str(status)], count)
            buckets = total[at + len(STATUSES) : at + _A_ROUTE - 1]
            if any(buckets):
                seconds.add_metric([route], _cumulative(buckets), total[at + _A_ROUTE - 1] / 1e9)
        yield requests
        yield seconds
        verdicts = CounterMetricFamily("tutela_gateway_lookups", "Values looked up, by verdict.", labels=["verdict"])
        for number, verdict in enumerate(_VERDICTS):
            verdicts.add_metric([verdict], total[len(self._routes) * _A_ROUTE + number])
        yield verdicts
        yield GaugeMetricFamily("tutela_gateway_in_flight", "Requests under way.", value=total[-1])
        yield GaugeMetricFamily("tutela_gateway_processes", "Processes.", value=len(self._words) // self._width)
        slowed = CounterMetricFamily("tutela_gateway_slowed", "Requests held back for probing.", labels=["key_prefix"])
        for prefix, count in watch.slowed_by_prefix().items():
            slowed.add_metric([prefix], count)
        yield slowed
        yield GaugeMetricFamily("tutela_gateway_entries_set_apart", "Entries set apart as floods.", value=set_apart)
        if tally is not None:
            yield from _retro_families(tally, *total[-1 - _RETRO_WORDS : -1])

    def _total(self) -> list[int]:
        rows = [self._words[at : at + self._width] for at in range(0, len(self._words), self._width)]
        return [sum(column) for column in zip(*rows, strict=True)]


class _Collector:
    def __init__(self, counters: Counters, watch: ProbingWatch, set_apart: int, tally: Tally | None) -> None:
        self._counters, self._watch, self._set_apart, self._tally = counters, watch, set_apart, tally

    def collect(self) -> Iterator[Metric]:
        return self._counters.families(self._watch, self._set_apart, self._tally)


def _retro_families(tally: Tally, kept: int, dropped: int) -> Iterator[Metric]:
    events = {
        "kept": kept,
        "dropped": dropped + tally.dropped,
        "expired": tally.expired,
        "joined": tally.joined,
        "found": tally.found,
    }
    values = CounterMetricFamily("tutela_gateway_retro", "Values of retro-matching, by event.", labels=["event"])
    for event, count in events.items():
        values.add_metric([event], count)
    yield values
    yield GaugeMetricFamily("tutela_gateway_retro_remembered", "Values remembered.", value=tally.remembered)
    yield GaugeMetricFamily("tutela_gateway_retro_full", "1 while joining waits for room.", value=int(tally.is_full))


_VERDICT_AT: Final = {verdict: at for at, verdict in enumerate(_VERDICTS)}


def _width(routes: Sequence[str]) -> int:
    return len(routes) * _A_ROUTE + len(_VERDICTS) + _RETRO_WORDS + 1


def _cumulative(buckets: Sequence[int]) -> list[tuple[str, float]]:
    bounds = [*map(str, _BOUNDS_S), "+Inf"]
    return [(bound, sum(buckets[: at + 1])) for at, bound in enumerate(bounds)]
