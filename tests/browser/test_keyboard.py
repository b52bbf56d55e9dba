"""The console without a mouse: in order, visibly, by the keys that people know, and by our own map of keys."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.browser.codes import code_now
from tests.browser.server import PASSWORD

_FOCUSED = """() => {
    const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
    return {
        name: (element.getAttribute("aria-label") || element.innerText || element.name || "").trim().split("\\n")[0],
        tag: element.tagName.toLowerCase(),
        outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        seen: box.width > 1 && box.height > 1 && box.bottom > 0 && box.right > 0 && box.top < innerHeight,
    };
}"""
_FOCUSABLE = (
    "() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex=\"0\"]')]"
    ".filter((element) => element.checkVisibility() && element.type !== 'hidden').length"
)


def test_somebody_signs_in_by_keys_alone(page, facts):
    page.goto("/sign-in/")
    assert _focused(page)["name"] == "login"  # where typing begins
    page.keyboard.type(facts.people["keyboard"])
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/second-factor/")
    assert _focused(page)["name"] == "code"
    page.keyboard.type(code_now(facts.secrets["keyboard"]))
    page.keyboard.press("Tab")
    assert _focused(page)["name"] == "Sign in"
    page.keyboard.press("Space")
    page.get_by_role("heading", name="What waits for you").wait_for()


@pytest.mark.parametrize("address", ["/", "/people/", "/keys/", "/status/"])
def test_tab_walks_the_page_in_order_and_what_has_the_focus_shows_it(office, address):
    office.goto(address)
    count = office.evaluate(_FOCUSABLE)
    rail = _rail(office)
    stops = []
    for _ in range(count):
        office.keyboard.press("Tab")
        stops.append(_focused(office))
    assert [stop["name"] for stop in stops[: len(rail)]] == rail
    assert [stop for stop in stops if stop["outline"] < 2 or not stop["seen"]] == []
    assert stops[-1]["name"].startswith("Keyboard")
    office.keyboard.press("Shift+Tab")
    assert _focused(office)["name"] == stops[-2]["name"]


@pytest.mark.parametrize("address", ["/", "/people/", "/sign-in/"])
def test_the_first_tab_offers_to_skip_to_the_content(visit, address):
    page = visit("" if address == "/sign-in/" else "office").page
    page.goto(address)
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("Tab")
    if address == "/sign-in/":  # its first field took the focus: start from the top
        page.locator(".skip").focus()
    assert _focused(page)["name"] == "Skip to the content"
    assert _focused(page)["seen"]
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "work"


def test_places_are_reached_by_enter_and_by_two_letters(office):
    office.goto("/")
    for _ in range(_rail(office).index("People") + 1):
        office.keyboard.press("Tab")
    with office.expect_navigation():
        office.keyboard.press("Enter")
    reached = [urlsplit(office.url).path]
    for letter in "ksth":
        office.keyboard.press("g")
        with office.expect_navigation():
            office.keyboard.press(letter)
        reached.append(urlsplit(office.url).path)
    assert reached == ["/people/", "/keys/", "/status/", "/teams/", "/"]


def test_the_map_of_keys_opens_keeps_the_focus_and_gives_it_back(office):
    office.goto("/people/")
    office.get_by_role("link", name="Invite somebody").focus()
    office.keyboard.press("?")
    dialog = office.get_by_role("dialog", name="Keyboard")
    dialog.wait_for()
    for _ in range(3):
        assert office.evaluate("() => document.activeElement.closest('dialog, body').tagName") in {"DIALOG", "BODY"}
        assert not office.evaluate("() => document.activeElement.matches('main *, .rail *')")
        office.keyboard.press("Tab")
    office.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert _focused(office)["name"] == "Invite somebody"
    office.locator("[data-shows-map]").focus()
    office.keyboard.press("Enter")
    office.get_by_role("button", name="Close").focus()
    office.keyboard.press("Space")
    dialog.wait_for(state="hidden")


def test_the_map_names_every_key_that_leads_somewhere(visit):
    for part in ("office", "desk", "auditor", "policy"):
        page = visit(part).page
        page.goto("/")
        letters = page.locator("[data-key]").evaluate_all("links => links.map((link) => link.dataset.key)")
        assert len(set(letters)) == len(letters)
        page.keyboard.press("?")
        told = page.locator("#keyboard-map dt").all_inner_texts()
        assert {f"g {letter}" for letter in letters} <= set(told)
        assert {"?", "/", "Esc", "j k", "n p"} <= set(told)


def test_a_case_is_found_opened_and_decided_by_keys_alone(visit, facts):
    page = visit("desk").page
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url("**/queue/")
    for _ in range(20):
        page.keyboard.press("j")
        if _focused(page)["name"] == facts.ids["case_keys"][-12:]:
            break
    assert _focused(page)["outline"] >= 2
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*/")
    _tab_to(page, "Confirm without viewing")
    page.keyboard.press("Space")
    page.get_by_role("status").get_by_text("Confirmed without viewing").wait_for()
    _tab_to(page, "Send the notice")


def test_a_child_in_danger_is_taken_by_keys_alone(visit):
    page = visit("desk").page
    page.goto("/")
    page.keyboard.press("j")
    assert "Is the child safe?" in page.evaluate("() => document.activeElement.innerText")
    page.keyboard.press("Enter")
    page.wait_for_url("**/safeguarding/")
    _tab_to(page, "I take it")
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("It is yours now").wait_for()


def test_rows_and_pages_of_a_list_and_its_search_have_their_keys(visit, facts):
    page = visit("auditor").page
    page.goto("/ledger/")
    page.keyboard.press("j")
    first = page.evaluate("() => document.activeElement.href")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("() => document.activeElement.href") == first
    page.keyboard.press("n")
    page.wait_for_url("**/ledger/?page=2")
    page.keyboard.press("p")
    page.wait_for_url("**/ledger/?page=1")
    page.keyboard.press("/")
    page.keyboard.type(facts.ids["case_sent"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/ledger/?id=*")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Proof").wait_for()


def test_our_keys_mean_nothing_while_somebody_types(office):
    office.goto("/people/invite/")
    office.get_by_label("Name").focus()
    office.keyboard.type("g p ?")
    assert office.get_by_label("Name").input_value() == "g p ?"
    assert office.get_by_role("dialog").count() == 0
    assert office.url.endswith("/people/invite/")


def test_what_is_grave_opens_by_space_and_is_not_done_by_it(office):
    office.goto("/keys/")
    office.locator("details.grave > summary").first.focus()
    office.keyboard.press("Space")
    office.get_by_role("button", name="Revoke now").first.wait_for()
    office.keyboard.press("Tab")
    assert _focused(office)["name"] == "Revoke now"


def _tab_to(page, name):
    for _ in range(80):
        page.keyboard.press("Tab")
        if _focused(page)["name"] == name:
            return
    pytest.fail(f"Tab does not come to {name}")


def _rail(page):
    places = page.locator(".places a").all_inner_texts()
    return ["Skip to the content", "Tutela", *places, "Sofia Duarte", "Sign out"]


def _focused(page):
    return page.evaluate(_FOCUSED)
