"""C5: the console in a real Chromium: signing in, keys alone, accessibility of every page, pictures kept.

The tests decide; this counts them. A test that is skipped, because there is no Chromium, counts as one that does not
pass. What is looked for on a page is in tests/browser/looking.py; which pages there are, in tests/browser/places.py.
"""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING, Final

from bench import tested
from bench.record import Measurement
from tests.browser import browsing
from tests.browser.looking import LOOKS
from tests.browser.places import PLACES
from tests.browser.screens import FOLDER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.tested import Outcome

_JOURNEYS: Final = {
    "sign-in": ("open_the_home_page", "are_refused_and_said", "gets_recovery_codes", "opens_the_door", "key_is_added"),
    "keys alone": ("by_keys", "by_space", "tab_walks", "first_tab", "two_letters", "map_", "have_their_keys", "types"),
    "without scripts": ("in_german", "takes_a_concern", "adds_without_scripts"),
}


def measure() -> Measurement:
    """Run them."""
    found = Measurement()
    start_s = time.monotonic()
    outcomes = tested.run("tests/browser", "-m", "slow")
    took_s = time.monotonic() - start_s
    pages = tested.matching(outcomes, "test_a_page_is_accessible")
    found.put("pages and states of pages", len(PLACES))
    found.put("of these, looked at in every way", sum(each.result == "passed" for each in pages))
    found.put("ways of looking by axe-core", len(LOOKS))
    found.put("pages with a violation or another fault", sum(each.result != "passed" for each in pages))
    for kind, words in _JOURNEYS.items():
        found.put(f"journeys, {kind}", sum(each.result == "passed" for each in tested.matching(outcomes, *words)))
    found.put("pictures kept", sum(1 for _path in FOLDER.glob("*.png")))
    found.put("tests in the browser", len(outcomes))
    found.put("tests that do not pass", sum(each.result != "passed" for each in outcomes))
    found.put("the whole run", took_s)
    found.table("Tests that do not pass", ("test", "result"), _others(outcomes))
    found.notes.append(f"browser: {_version()}")
    found.notes += [
        f"{name}: {look.appearance}, {look.viewport['width']} pixels, {look.direction}" for name, look in LOOKS.items()
    ]
    return found


def _others(outcomes: Sequence[Outcome]) -> list[tuple[str, str]]:
    return [(each.name, each.result) for each in outcomes if each.result != "passed"]


def _version() -> str:
    if not browsing.PROGRAM:
        return browsing.missing()
    told = subprocess.run([browsing.PROGRAM, "--version"], capture_output=True, text=True, check=True)
    return " ".join(told.stdout.split()[:2])
