"""E3: the most urgent are found first although much is missing, wrong or gamed; and other weights take over.

The order: a synthetic year (`reports_year`) in memory, folded and spoiled (`urgent`), and in what share of the queue
the planted are found, beside first in, first out. The re-ranking: a PostgreSQL that syncs, with a million open cases.
"""

from __future__ import annotations

import json
from typing import Final

from bench.postgres import Server
from bench.record import Measurement
from bench.reports_year import year
from bench.service import Service
from bench.urgent import queue, shares

REPORTS: Final = 100_000
_CASES: Final = 1_000_000
_PLANTED: Final = 0.0007  # of the reports: as these fold, it is 0.2 % of the cases, which are what is queued
_SEED: Final = 7
_NOISES: Final = (0.0, 0.1, 0.2, 0.3, 0.5)
_FOUND: Final = (0.5, 0.9, 0.95, 1.0)


def measure() -> Measurement:
    """Order and re-rank."""
    found = Measurement()
    _order(found)
    _rerank(found)
    return found


def _order(found: Measurement) -> None:
    given = list(year(REPORTS, seed=_SEED, urgent=_PLANTED))
    rows = []
    for noise in _NOISES:
        cases = queue(given, noise=noise, seed=_SEED + 1)
        spots = shares(cases, _FOUND)
        if not rows:
            found.put("reports of the year", len(given))
            found.put("cases they fold into", len(cases))
            found.put("urgent cases planted", sum(case.is_urgent for case in cases))
        rows += [(100 * noise, 100 * share, *spot) for share, spot in zip(_FOUND, spots, strict=True)]
    at = {(noise, share): spot for noise, share, *spot in rows}
    found.put("all are found, without noise, within", *at[0.0, 100.0])
    found.put("half are found, 30 % noise, within", *at[30.0, 50.0])
    found.put("nine in ten are found, 30 % noise, within", *at[30.0, 90.0])
    found.put("all are found, 30 % noise, within", *at[30.0, 100.0])
    found.table("Where the urgent are found", ("noise %", "found %", "of the queue %", "first in, first out %"), rows)
    found.notes.append(
        "Noise: so many of all signals are left out or replaced, and a third as many ordinary reports tick something "
        "urgent that is not so. Nobody ticks 'in danger now': such cases are with a person and not in the queue."
    )


def _rerank(found: Measurement) -> None:
    with Server() as server, Service(server.url) as service:
        said = json.loads(service.run("bench.rank_load", _CASES).splitlines()[-1])
    found.put("open cases re-ranked", said["ranked"])
    found.put("they are re-ranked in", said["rank_s"])
    found.put("pages that did not show the old order meanwhile", said["served_wrong"])
    found.put("cases that came meanwhile", said["came"])
    found.put("kinds of cases with a wrong score afterwards", said["lost"])
    found.put("first page of the queue", said["page_ms"])
    found.put("a page from its middle", said["deep_page_ms"])
    found.put("first page of a rare signal", said["rare_page_ms"])
    found.put("the first cases while it is re-ranked", said["served_ms"])
    found.put("effect of other weights on the last 30 days", said["effect_s"])
    found.notes.append("Plan of the first page: " + " / ".join(line.strip() for line in said["plan"].splitlines()))
