"""Every page: no violation of WCAG 2.2 A and AA that axe-core finds, in every appearance, and what axe does not look at.

Beyond axe: nothing scrolls sideways at 320 pixels in either direction of writing (1.4.10) or with text at 200 % (1.4.4),
Tab comes to everything visibly (2.1.1, 2.4.7), nothing moves for who asked for that. `looking` says how.
"""

from __future__ import annotations

import pytest

from tests.browser.looking import faults
from tests.browser.places import NO_PAGE, PLACES, go


@pytest.mark.parametrize("name", PLACES)
def test_a_page_is_accessible_in_every_look(visit, facts, name):
    watch = visit(PLACES[name].session)
    watch.expected |= {PLACES[name].status, PLACES[name].then}
    go(watch.page, name, facts)
    assert "\n".join(faults(watch.page)) == ""


def test_every_route_has_its_page_here_or_a_reason_why_not(facts):
    known = {place.route for place in PLACES.values()} | set(NO_PAGE)
    asked = [route for route, module in facts.routes.items() if not module.startswith("ninja")]
    assert [route for route in asked if route not in known] == []
    assert [route for route in known if route and route not in facts.routes] == []
