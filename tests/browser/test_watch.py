"""The watch that every other test here relies on is not blind."""

from __future__ import annotations

from tests.browser import browsing
from tests.browser.browsing import Watch


def test_the_watch_sees_requests_elsewhere_broken_policy_and_broken_scripts(chromium, facts):
    watch = Watch(browsing.visitor(chromium, facts).new_page())
    watch.page.goto("/sign-in/")
    assert watch.complaints == []
    watch.page.evaluate("() => { document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>') }")
    watch.page.evaluate("() => { setTimeout(() => { throw new Error('on purpose') }) }")
    watch.page.evaluate("() => fetch('https://elsewhere.example/').catch(() => 0)")
    watch.page.evaluate("() => { location.href = 'https://elsewhere.example/' }")
    watch.page.wait_for_timeout(200)
    said = "\n".join(watch.complaints)
    assert "style-src-attr" in said
    assert "on purpose" in said
    assert "connect-src" in said
    assert "request to https://elsewhere.example/" in said
    watch.page.context.close()


def test_a_walk_through_the_console_asks_this_machine_only(visit):
    watch = visit("office")
    for address in ("/", "/people/", "/keys/", "/status/", "/account/second-factor/keys/"):
        watch.page.goto(address)
    assert len(watch.requests) > 10
    assert not any("elsewhere" in address for address in watch.requests)
