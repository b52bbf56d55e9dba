"""The queue of a synthetic year in memory: reports fold into cases as `folding` would, are spoiled, and are ordered.

What is spoiled: a share of everything that a report says that could count, each for itself. Of these, a third is left
out, a third is said of something else instead, and as often as both together something urgent is ticked that is not so
(`gamed`) in reports that are not urgent.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tutela.apps.triage import rules
from tutela.apps.triage.weights import DEFAULT, Weights
from tutela.domain.reports import AgeBand, Fact, Incident, Reported, clues

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.reports_year import Given

_CLAIMABLE: Final = tuple(fact for fact in Fact if fact is not Fact.DANGER_NOW)
_GAMED: Final = (Fact.LIVE, Fact.ABUSE_GOES_ON, Fact.EXTORTION, Fact.SELF_HARM, Fact.CHILD_FINDABLE)
_GAMED_SHARE: Final = 1 / 3  # of the noise: how many ordinary reports tick something urgent that is not so
_BANDS: Final = tuple(AgeBand)
_INCIDENTS: Final = tuple(Incident)


@dataclass(slots=True)
class QueuedCase:
    """What reports claimed together, and whether one of them was planted as urgent."""

    claims: rules.Claims = field(default_factory=rules.Claims)
    is_urgent: bool = False


def queue(given: Iterable[Given], *, noise: float, seed: int) -> list[QueuedCase]:
    """Fold spoiled reports into cases, in the order in which these were opened."""
    rng = random.Random(seed)
    homes: dict[rules.Code | object, QueuedCase] = {}
    cases: list[QueuedCase] = []
    for one in given:
        reported = spoiled(rng, one.reported, noise, is_urgent=one.is_urgent)
        own = list(clues(reported, sender=one.sender))
        case = next((homes[clue] for clue in own if clue in homes), None)
        if case is None:
            case = QueuedCase()
            cases.append(case)
        for clue in own:
            homes.setdefault(clue, case)
        case.claims = case.claims.joined(reported, pages=len(reported.addresses))
        case.is_urgent |= one.is_urgent
    return cases


def spoiled(rng: random.Random, reported: Reported, noise: float, *, is_urgent: bool) -> Reported:
    """Return a report with a share of its signals missing, wrong or gamed."""
    facts: set[Fact] = set()
    for fact in sorted(reported.facts):
        if rng.random() >= noise:
            facts.add(fact)
        elif rng.random() < 0.5:
            facts.add(rng.choice(_CLAIMABLE))
    if not is_urgent and rng.random() < noise * _GAMED_SHARE:
        facts.add(rng.choice(_GAMED))

    def lost() -> bool:
        return rng.random() < noise

    band, incident = reported.age_band, reported.incident
    return replace(
        reported,
        facts=frozenset(facts),
        age_band=rng.choice(_BANDS) if lost() else band,
        incident=rng.choice(_INCIDENTS) if lost() else incident,
        accounts=() if lost() else reported.accounts,
        ip_captures=() if lost() else reported.ip_captures,
        jurisdictions=() if lost() else reported.jurisdictions,
    )


def shares(cases: list[QueuedCase], found: Iterable[float], weights: Weights = DEFAULT) -> list[tuple[float, float]]:
    """Return in what share of the queue each share of the urgent is found, in %: by score, and first in, first out."""
    known: dict[str, int] = {}
    scores = np.empty(len(cases), np.int64)
    for at, case in enumerate(cases):
        written = " ".join(map(str, rules.signals(rules.Facts(case.claims))))
        if written not in known:
            known[written] = weights.score(rules.read(written))
        scores[at] = known[written]
    is_urgent = np.array([case.is_urgent for case in cases])
    by_score = np.flatnonzero(is_urgent[np.argsort(-scores, kind="stable")]) + 1
    as_they_came = np.flatnonzero(is_urgent) + 1
    places = [max(0, int(np.ceil(share * len(by_score))) - 1) for share in found]
    return [
        (100 * float(by_score[place]) / len(cases), 100 * float(as_they_came[place]) / len(cases)) for place in places
    ]
