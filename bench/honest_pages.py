"""Walks every page of the assessment as a policy analyst, twice, and prints what stands on them; run in a process.

Three small counts about people are planted among the organisation's own. The second walk shows what a page takes once
its drawings have been made.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from typing import Any

from tutela.entry.start import start

start()

from django.test import Client  # noqa: E402 - Django comes first
from django.test.utils import setup_test_environment  # noqa: E402 - as above
from django.urls import reverse  # noqa: E402 - as above

from tests.apps.assessment.test_honesty import PARTS, Walk, pages  # noqa: E402 - as above
from tests.world import actor, make_desk, make_person, sign_in  # noqa: E402 - as above
from tutela.apps.assessment.models import OwnCount  # noqa: E402 - as above
from tutela.domain.actors import Role  # noqa: E402 - as above
from tutela.domain.limits import AssessmentLimits  # noqa: E402 - as above
from tutela.engine.assessment.units import UNITS  # noqa: E402 - as above

_PEOPLE = {each.label for each in UNITS.values() if each.people}
_FEW = AssessmentLimits().people_shown_min
_PLANTED = ((date(2026, 7, 1), 1), (date(2026, 8, 1), 3), (date(2026, 9, 1), 4))


def main() -> None:
    """Walk."""
    setup_test_environment()
    visitor = _visitor()
    addresses = [*pages(visitor), reverse("assessment-indicator", args=["own-concerns-raised"])]
    told: dict[str, Any] = {"pages": len(addresses), "figures": 0, "bare": [], "hidden": 0, "shown": [], "faults": []}
    told["first_ms"], figures = _walk(visitor, addresses, told)
    told["again_ms"], _same = _walk(visitor, addresses, told)
    for address, figure in figures:
        told["figures"] += 1
        if not all(figure.get(part) for part in PARTS):
            told["bare"].append(address)
        value = figure.get("value", "")
        told["hidden"] += value.startswith("fewer than")
        if figure.get("unit") in _PEOPLE and value.isdigit() and int(value) < _FEW:
            told["shown"].append(address)
    json.dump(told, sys.stdout)


def _visitor() -> Any:
    desk = make_desk()
    for month, count in _PLANTED:
        OwnCount.objects.create(organisation=desk.organisation, month=month, name="concerns-raised", count=count)
    OwnCount.objects.create(organisation=desk.organisation, month=date(2026, 9, 1), name="cases-opened", count=41)
    person = make_person(desk.organisation, "policy", [Role.POLICY_ANALYST])
    client: Any = Client()
    sign_in(client, person)
    client.actor = actor(person)
    return client


def _walk(
    visitor: Any, addresses: list[str], told: dict[str, Any]
) -> tuple[dict[str, float], list[tuple[str, dict[str, str]]]]:
    """Return what each page took, and its figures; what is not a page, or stands in no figure, goes to the faults."""
    took_ms: dict[str, float] = {}
    figures: list[tuple[str, dict[str, str]]] = []
    for address in addresses:
        start_s = time.process_time()
        answer = visitor.get(address)
        took_ms[address] = 1000 * (time.process_time() - start_s)
        walk = Walk(answer.content.decode())
        if answer.status_code != 200:
            told["faults"].append(f"{address}: {answer.status_code}")
        told["bare"] += [address] * len(walk.stray)
        figures += ((address, figure) for figure in walk.figures)
    return took_ms, figures


if __name__ == "__main__":
    main()
