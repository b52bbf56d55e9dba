"""The console where no script runs: everything but security keys works, by links and forms alone."""

from __future__ import annotations

import pytest

from tests.browser.codes import code_now
from tests.browser.looking import REFLOW
from tests.browser.places import PLACES, give_password, go

# Places that are only come to by a script, whose act uses one to save time, or that have a language of their own.
_BY_SCRIPT = {"map", "map-of-the-desk", "is-it-you-key"}
_NOT_IN_GERMAN = {"report-me-in-arabic"}
_LOOK = """() => ({
    language: document.documentElement.lang,
    headings: document.querySelectorAll("h1").length,
    formsWithoutButton: [...document.forms].filter((form) => !form.querySelector(
        "button:not([type=button]), #mfa_webauthn_add, #mfa_webauthn_authenticate, #mfa_webauthn_reauthenticate"
    )).length,
    sideways: Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth),
})"""
_PLAIN = [name for name, place in PLACES.items() if place.act is None and name not in _BY_SCRIPT | _NOT_IN_GERMAN]


@pytest.fixture
def plain(visit):
    """Open a browser profile that runs no script."""
    return lambda session="", **more: visit(session, java_script_enabled=False, **more)


def test_every_page_has_its_heading_and_its_buttons_and_fits_a_telephone_in_german(plain, facts):
    watches = {session: plain(session, viewport=REFLOW) for session in {PLACES[name].session for name in _PLAIN}}
    for watch in watches.values():
        watch.page.context.add_cookies([{"name": "django_language", "value": "de", "url": facts.origin}])
    wrong = []
    for name in _PLAIN:
        watch = watches[PLACES[name].session]
        watch.expected.add(PLACES[name].status)
        go(watch.page, name, facts)
        found = watch.page.evaluate(_LOOK)
        if found != {"language": "de", "headings": 1, "formsWithoutButton": 0, "sideways": 0}:
            wrong.append((name, found))
    assert wrong == []


def test_somebody_signs_in_decides_takes_a_concern_and_chooses_an_appearance(plain, facts):
    page = plain().page
    page.goto("/sign-in/")
    give_password(page, facts.people["plain"])
    page.get_by_label("Code").fill(code_now(facts.secrets["plain"]))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Cases to decide").click()
    page.get_by_role("link", name=facts.ids["case_reopened"][-12:]).click()
    page.get_by_role("button", name="Confirm without viewing").click()
    assert "Confirmed without viewing" in page.get_by_role("status").inner_text()

    page.get_by_role("link", name="Children in danger").click()
    page.get_by_role("button", name="I take it").first.click()
    assert "It is yours now" in page.get_by_role("status").inner_text()

    page.get_by_role("link", name="Language and appearance").click()
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Save").click()
    assert page.locator("html").get_attribute("data-appearance") == "dark"
    page.get_by_role("link", name="Keyboard").click()
    assert page.get_by_role("heading", name="Keyboard").is_visible()
