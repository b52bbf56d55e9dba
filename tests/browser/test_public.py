"""E6: a member of the public reports, comes back with the receipt, reads the answer and adds more. And leaves at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.looking import REFLOW, faults

if TYPE_CHECKING:
    from playwright.sync_api import Page

_SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_SAID = "Thank you. The page is being looked at."
_ADDED = "The page moved this morning."


@pytest.fixture
def journey(visit):
    """Walk the whole way in a browser profile; return its page on the thread, and every address that it met."""

    def walked(name: str, **more: object) -> tuple[Page, list[str]]:
        watch = visit(**more)
        page = watch.page
        code = _report(page, f"https://forum.example/journeys/{name}")
        page.get_by_role("link", name="With it you can come back").click()
        _ask(page, code)
        assert page.get_by_text("There is no answer for you yet").is_visible()
        _answer(visit("desk").page, name)
        page.goto("/report/ask/")
        _ask(page, code)
        assert page.get_by_text(_SAID).is_visible()
        page.locator("summary", has_text="Add something").click()
        page.get_by_label("What would you like to add?").fill(_ADDED)
        page.get_by_role("button", name="Add it").click()
        assert page.get_by_text("lies with your report").is_visible()
        assert page.get_by_text("You added something").is_visible()
        assert _ADDED not in page.content()
        return page, watch.requests

    return walked


def test_somebody_reports_comes_back_reads_the_answer_and_adds(journey):
    page, met = journey("wide")
    assert not [address for address in met if re.search(r"\d{4}.?\d{4}.?\d{4}.?\d{4}", address)]
    cookies = {cookie["name"] for cookie in page.context.cookies()}
    assert cookies == {"csrf"}


def test_somebody_reports_comes_back_and_adds_without_scripts(journey):
    journey("plain", java_script_enabled=False)


def test_somebody_reports_comes_back_and_adds_on_a_telephone(journey):
    page, _met = journey("narrow", viewport=REFLOW)
    assert page.evaluate(_SIDEWAYS) == 0
    assert "\n".join(faults(page)) == ""


def test_somebody_without_scripts_on_a_telephone_reads_german_and_no_cookie_says_so(visit):
    page = visit(java_script_enabled=False, viewport=REFLOW).page
    page.goto("/report/")
    page.get_by_role("link", name="Deutsch").click()
    page.get_by_role("link", name="Es geht um mich").click()
    assert page.locator("html").get_attribute("lang") == "de"
    page.get_by_label("Was ist passiert?").fill("Ein kurzer Satz.")
    page.get_by_role("button", name="Meldung abschicken").click()
    assert page.locator(".secret").inner_text().count(" ") == 3
    assert page.locator("html").get_attribute("lang") == "de"
    assert {cookie["name"] for cookie in page.context.cookies()} == {"csrf"}


def test_what_was_pasted_comes_back_defanged_to_check(visit):
    page = visit().page
    page.goto("/report/")
    page.get_by_label("Address of the page").fill(
        "I saw https://forum.example/p/1, and then mirror.example/p/2 (today)."
    )
    page.get_by_role("button", name="Send the report").click()
    assert page.get_by_role("alert").locator("li").all_inner_texts() == [
        "hxxps://forum[.]example/p/1",
        "hxxps://mirror[.]example/p/2",
    ]
    page.get_by_role("button", name="Send the report").click()
    assert page.locator(".secret").is_visible()


@pytest.mark.parametrize("way", ["link", "keys"])
def test_leaving_empties_the_page_and_takes_its_place_in_the_history(visit, way):
    page = visit().page
    page.goto("/keyboard/")
    page.goto("/report/?about=me")
    page.get_by_label("What happened?").fill("A few words.")
    if way == "link":
        page.get_by_role("link", name="Leave this page").click()
    else:
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.wait_for_url("about:blank")
    page.go_back()
    assert page.url.endswith("/keyboard/")


def test_leaving_is_a_plain_link_without_scripts(visit):
    page = visit(java_script_enabled=False).page
    page.goto("/report/")
    link = page.get_by_role("link", name="Leave this page")
    assert link.get_attribute("rel") == "noreferrer"
    assert page.get_by_text("Esc twice").is_hidden()
    link.click()
    page.wait_for_url("about:blank")


def _report(page: Page, address: str) -> str:
    page.goto("/report/")
    assert page.locator("main h2").first.inner_text() == "Is a child in danger right now?"
    page.get_by_label("Address of the page").fill(address)
    page.get_by_label("What should we know?").fill("A plain sentence.")
    page.get_by_role("button", name="Send the report").click()
    return page.locator(".secret").inner_text()


def _ask(page: Page, code: str) -> None:
    page.get_by_label("Receipt").fill(code)
    page.get_by_role("button", name="Ask").click()
    page.get_by_text("It has arrived").wait_for()


def _answer(desk: Page, name: str) -> None:
    """Somebody of the desk finds the newest case and answers its report."""
    desk.goto("/queue/")
    addresses: list[str] = []
    while True:
        links = desk.locator("main tbody th a").all()
        addresses += [link.get_attribute("href") or "" for link in links]
        further = desk.locator('.pages [rel="next"]')
        if not further.count():
            break
        further.click()
    desk.goto(f"{max(addresses)}reports/")  # ids grow with time
    assert desk.get_by_text(f"hxxps://forum[.]example/journeys/{name}").is_visible()
    desk.get_by_label("Answer").fill(_SAID)
    desk.get_by_role("button", name="Answer").click()
    desk.get_by_role("status").wait_for()
