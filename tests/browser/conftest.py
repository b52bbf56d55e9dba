"""One Chromium and one service for this folder, and a watched page for each test.

The scope is this package, not the session: Playwright keeps an event loop alive in its thread, beside which the tests
of the database and of asyncio could not run.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.browser import browsing
from tests.browser.browsing import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.server import Facts

_TIMEOUT_MS = 30_000


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    reason = browsing.missing()
    if reason:
        required = "chromium" in os.environ.get("TUTELA_REQUIRE", "").split(",")
        (pytest.fail if required else pytest.skip)(reason)
    with browsing.chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def facts(chromium: Browser) -> Iterator[Facts]:  # no browser, no service
    with browsing.service() as world:
        yield world


@pytest.fixture
def visit(chromium: Browser, facts: Facts) -> Iterator[Callable[..., Watch]]:
    """Open a fresh browser profile; in the end, no page may have done what none may do."""
    watches: list[Watch] = []

    def opened(session: str = "", **more: object) -> Watch:
        context = browsing.visitor(chromium, facts, session=session, **more)
        context.set_default_timeout(_TIMEOUT_MS)
        watches.append(Watch(context.new_page()))
        return watches[-1]

    yield opened
    complaints = [complaint for watch in watches for complaint in watch.complaints]
    for watch in watches:
        watch.page.context.close()
    assert complaints == []


@pytest.fixture
def page(visit: Callable[..., Watch]) -> Page:
    """A page of somebody who is not signed in."""
    return visit().page


@pytest.fixture
def office(visit: Callable[..., Watch]) -> Page:
    """A page of an administrator who has signed in."""
    return visit("office").page
