"""Looking whether it is still there: a round of looks from every place, and what it means. No transaction is open.

At each place it is asked as ourselves; only where that did not see it, once more as an ordinary browser would, to
notice cloaking. Addresses of one site are asked one after the other.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tutela.apps.takedown import contacts
from tutela.apps.takedown.finding import way
from tutela.apps.takedown.rules import carries_address, site_of
from tutela.engine.probing import Failure, ProbeAnswer, probe
from tutela.engine.removal import Agent, Finding, Look, Sight, finding_of, sight_of
from tutela.engine.removal.looks import vantages_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

AT_ONCE: Final = 16
_PLAIN: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_NAMES: Final = {Agent.OURS: "", Agent.PLAIN: _PLAIN}
_FAILED: Final = {Failure.NO_NAME: Sight.NO_NAME}


@dataclass(frozen=True, slots=True)
class Round:
    """What a round of looks found. `seen` is JSON, and may hold addresses: it is kept sealed."""

    finding: Finding
    vantages: int
    http_status: int | None = None
    failure: str = ""
    kind: str = ""
    seen: str = "[]"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at: an address, and the Content-Type that was first seen there."""

    id: UUID
    address: str
    kind_before: str = ""


def look(address: str, kind_before: str = "") -> Round:
    """Look from every place."""
    if carries_address(address):
        return Round(Finding.UNCLEAR, 0, failure=Failure.REFUSED_ADDRESS.value)
    looks: list[Look] = []
    seen: list[dict[str, object]] = []
    answers: list[ProbeAnswer] = []
    for place in contacts.vantages():
        for agent in (Agent.OURS, Agent.PLAIN):
            answer = probe(address, way=way(place.proxy, _NAMES[agent]))
            sight = _sight(answer, kind_before)
            looks.append(Look(place.name, agent, sight))
            seen.append(_kept(place.name, agent, sight, answer))
            answers.append(answer)
            if sight is Sight.THERE or answer.failure:
                break
    first = answers[0]
    return Round(
        finding_of(looks),
        vantages_of([each for each in looks if each.sight is not Sight.SILENT]),
        first.http_status,
        first.failure.value if first.failure else "",
        next((answer.headers.get("content-type", "") for answer in answers if answer.http_status == 200), ""),
        json.dumps(seen),
    )


def look_at_all(asked: Sequence[Asked]) -> Mapping[UUID, Round]:
    """Look at many addresses at once, those of one site one after the other."""
    by_site = sorted(asked, key=lambda each: site_of(each.address))
    groups = [list(group) for _site, group in groupby(by_site, key=lambda each: site_of(each.address))]
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        done = pool.map(lambda group: [(each.id, look(each.address, each.kind_before)) for each in group], groups)
        return dict(pair for group in done for pair in group)


def _sight(answer: ProbeAnswer, kind_before: str) -> Sight:
    if answer.failure:
        return _FAILED.get(answer.failure, Sight.SILENT)
    return sight_of(answer.http_status, kind=answer.headers.get("content-type", ""), kind_before=kind_before)


def _kept(place: str, agent: Agent, sight: Sight, answer: ProbeAnswer) -> dict[str, object]:
    return {
        "from": place,
        "as": agent.value,
        "sight": sight.value,
        "status": answer.http_status,
        "failure": answer.failure.value if answer.failure else None,
        "ip": answer.ip,
        "certificate": answer.certificate,
        "headers": dict(answer.headers),
    }
