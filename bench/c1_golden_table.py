"""C1: no route escapes the golden table, requests that are not right are refused, and no canary leaks.

The tests decide; this counts. Every route must say its permission or why it is open, and every route with a permission
is asked by every role about things of one's own team, another team, another organisation and nobody, on both databases.
"""

from __future__ import annotations

from typing import Final

from bench import tested
from bench.record import Measurement
from bench.service import Service

_REFUSALS: Final = (
    "forged", "past_its_end", "expired", "an_old_code", "revoked", "replayed", "organisation", "from_elsewhere",
    "another_host", "no_way_into", "tried_for_ever", "session_ends", "set_up_code_is_refused", "opens_nothing",
)  # fmt: skip


def measure() -> Measurement:
    """Count the routes, then run the tests."""
    found = Measurement()
    with Service() as service:
        told = service.ask("bench.routes")
    outcomes = tested.run("tests/authz", "tests/apps/access", "tests/entry/test_service.py")
    golden = tested.matching(outcomes, "route", "role_reaches", "key_reaches", "gets_further", "no_role")
    refusals, canaries = (
        tested.matching(outcomes, *_REFUSALS),
        tested.matching(outcomes, "canary", "not_allowed_is_dropped"),
    )
    found.put("routes", told["routes"])
    found.put("routes that say their permission or why they are open", 100 * told["told"] / told["routes"])
    found.put("routes with a permission that are tried", 100 * told["tried"] / told["with a permission"])
    found.put("requests tried, on each database", told["requests"])
    found.put("tests of the golden table that do not pass", tested.not_passed(golden))
    found.put("tests of refusals", len(refusals))
    found.put("tests of refusals that do not pass", tested.not_passed(refusals))
    found.put("canaries looked for in logs, metrics and errors", told["canaries"])
    found.put("tests of canaries that do not pass", tested.not_passed(canaries) if canaries else None)
    found.table("The golden table", ("", "count"), list(told.items()))
    kinds = {"golden table": golden, "refusals": refusals, "canaries": canaries, "all of these files": outcomes}
    rows = [(name, len(each), tested.not_passed(each)) for name, each in kinds.items()]
    found.table("Tests", ("about", "run", "did not pass"), rows)
    return found
