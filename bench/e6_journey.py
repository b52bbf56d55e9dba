"""E6: a member of the public in a real Chromium: reports, comes back with the receipt, reads the answer, adds more.

The tests decide; this counts them. A test that is skipped, because there is no Chromium, counts as one that does not
pass. The journeys are in tests/browser/test_public.py, the refusals in tests/apps/intake.
"""

from __future__ import annotations

from typing import Final

from bench import tested
from bench.record import Measurement

_WHOLE: Final = ("comes_back",)
_OTHERS: Final = ("reads_german", "to_check", "leaving")
_PAGES: Final = ("report", "call", "case-reports")  # in tests/browser/places.py


def measure() -> Measurement:
    """Run them."""
    found = Measurement()
    journeys = tested.run("tests/browser/test_public.py")
    of_pages = " or ".join(f"[{name}" for name in _PAGES)
    pages = tested.run("tests/browser/test_accessibility.py", "-k", of_pages)
    refusals = tested.run("tests/apps/intake/test_public.py", "tests/apps/intake/test_threads.py")
    found.put("journeys from the report to the answer and the addition", _passed(tested.matching(journeys, *_WHOLE)))
    found.put("other journeys: languages, pasted addresses, the way out", _passed(tested.matching(journeys, *_OTHERS)))
    found.put("pages and states of pages looked at in every way", _passed(pages))
    found.put("pages with a violation or another fault", tested.not_passed(pages))
    found.put("tests of refusals at the public door and of threads", _passed(refusals))
    others = [*journeys, *pages, *refusals]
    found.put("tests that do not pass", tested.not_passed(others))
    failed = [(each.name, each.result) for each in others if each.result != "passed"]
    found.table("Tests that do not pass", ("test", "result"), failed)
    return found


def _passed(outcomes: list[tested.Outcome]) -> int:
    return sum(each.result == "passed" for each in outcomes)
