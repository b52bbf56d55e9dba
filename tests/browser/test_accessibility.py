"""Every page by axe-core, in every appearance, narrow, and from right to left: no violation of WCAG 2.2 A and AA.

Beyond axe: nothing scrolls sideways at 320 pixels (WCAG 1.4.10), in either direction of writing.
"""

from __future__ import annotations

import json

import pytest

from tests.browser.browsing import DESK
from tests.browser.places import NO_PAGE, PLACES, TO_COME, go

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"], "preload": False}
NARROW = {"width": 400, "height": 800}
REFLOW = {"width": 320, "height": 640}
LOOKS = {  # four tries are enough for each appearance, each width and each direction to meet the others in pairs
    "light": ("light", "light", DESK, "ltr"),
    "dark, narrow, right to left": ("dark", "dark", NARROW, "rtl"),
    "contrast on dark, right to left": ("contrast", "dark", DESK, "rtl"),
    "contrast on light, narrow": ("contrast", "light", NARROW, "ltr"),
}
_LOOK = "([appearance, direction]) => Object.assign(document.documentElement, {dir: direction}).dataset.appearance = appearance"
_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("name", PLACES)
def test_a_page_is_accessible_in_every_look(visit, facts, name):
    from axe_playwright_python.base import AXE_SCRIPT

    watch = visit(PLACES[name].session)
    watch.expected.add(PLACES[name].status)
    page = watch.page
    go(page, name, facts)
    page.evaluate(AXE_SCRIPT)
    found = []
    for look, (appearance, scheme, viewport, direction) in LOOKS.items():
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(viewport)
        page.evaluate(_LOOK, [appearance, direction])
        violations = page.evaluate(f"axe.run(document, {json.dumps(OPTIONS)}).then((found) => found.violations)")
        found += [_said(look, each, node) for each in violations for node in each["nodes"]]
    for direction in ("ltr", "rtl"):
        page.set_viewport_size(REFLOW)
        page.evaluate(_LOOK, ["light", direction])
        found += [f"{direction}: scrolls sideways by {by} px" for by in [page.evaluate(_SIDEWAYS)] if by > 0]
    assert "\n".join(found) == ""


def test_every_route_has_its_page_here_or_a_reason_why_not(facts):
    known = {place.route for place in PLACES.values()} | set(NO_PAGE)
    asked = [route for route, module in facts.routes.items() if not module.startswith(("ninja", *TO_COME))]
    assert [route for route in asked if route not in known] == []


def _said(look: str, violation: dict, node: dict) -> str:
    return f"{look}: {violation['id']}: {node['html'][:160]}: {node['failureSummary'].splitlines()[-1].strip()}"
