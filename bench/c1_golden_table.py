"""C1: no route escapes the golden table, requests that are not right are refused, and no canary leaks.

The tests decide; this counts. Every route must say its permission or why it is open, and every route with a permission
is asked by every role about things of one's own team, another team, another organisation and nobody. Jobs and commands
must be in the table, too. Everything that touches a database runs on SQLite and on PostgreSQL, and is counted on each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bench import tested
from bench.record import Measurement
from bench.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterable

_TESTS: Final = (
    "tests/authz", "tests/apps/access", "tests/apps/intake", "tests/apps/triage", "tests/journeys",
    "tests/entry/test_service.py",
)  # fmt: skip
_GOLDEN: Final = (
    "route", "role_reaches", "key_reaches", "gets_further", "no_role", "answers_nobody", "every_job", "a_job_",
    "every_command", "page_about_access",
)  # fmt: skip
_REFUSALS: Final = (
    "forged", "past_its_end", "expired", "an_old_code", "revoked", "replayed", "organisation", "from_elsewhere",
    "another_host", "no_way_into", "tried_for_ever", "session", "set_up_code", "opens_nothing", "good_once",
    "taken_away", "leaves_a_team", "cannot_sign_in", "leads_nowhere", "misplaced", "is_removed",
)  # fmt: skip
_CANARIES: Final = ("canary", "not_allowed_is_dropped", "in_the_ledger", "leaves_the_queue", "kept_nowhere")
_DATABASES: Final = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def measure() -> Measurement:
    """Count the routes, jobs and commands, then run the tests."""
    found = Measurement()
    with Service() as service:
        told = service.ask("bench.routes")
    outcomes = tested.run(*_TESTS)
    golden, refusals = tested.matching(outcomes, *_GOLDEN), tested.matching(outcomes, *_REFUSALS)
    canaries = tested.matching(outcomes, *_CANARIES)
    found.put("routes", told["routes"])
    found.put("routes that say their permission or why they are open", 100 * told["told"] / told["routes"])
    found.put("routes that are tried", 100 * told["tried"] / told["routes"])
    found.put("jobs in the table", 100 * told["jobs in the table"] / told["jobs"])
    found.put("commands in the table", 100 * told["commands in the table"] / told["commands"])
    found.put("requests tried, on each database", told["requests"])
    found.put("tests of the golden table that do not pass", tested.not_passed(golden))
    for short, name in _DATABASES.items():
        found.put(f"tests of refusals, {name}", _on(refusals, short))
    found.put("tests of refusals that do not pass", tested.not_passed(refusals))
    found.put("canaries looked for", told["canaries"])
    for short, name in _DATABASES.items():
        found.put(f"tests of canaries, {name}", _on(canaries, short))
    found.put("tests of canaries that do not pass", tested.not_passed(canaries))
    found.table("The golden table", ("", "count"), list(told.items()))
    found.table("Tests", ("", "count"), [(name, _on(outcomes, short)) for short, name in _DATABASES.items()])
    return found


def _on(outcomes: Iterable[tested.Outcome], database: str) -> int:
    return sum(database in each.name.partition("[")[2] for each in outcomes)
