"""What is looked for on every page, whatever it is about: by axe-core, by widths and sizes, by Tab, by movement.

A page is loaded once and then looked at in each way. What each function returns is a list of faults in words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.browser.browsing import DESK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_ALL: Final = {"type": "tag", "values": TAGS}
_OF_COLOUR: Final = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
REFLOW: Final = {"width": 320, "height": 640}
STOPS_MAX: Final = 140


@dataclass(frozen=True, slots=True)
class Look:
    """One appearance in one window."""

    appearance: str
    scheme: str
    viewport: dict[str, int]
    direction: str
    rules: dict[str, Any]


# The whole set of rules runs wide and narrow; what only a change of colours can break runs in the other two sets of
# colours. Every appearance, both windows and both directions are met.
LOOKS: Final = {
    "light": Look("light", "light", DESK, "ltr", _ALL),
    "dark, 320 pixels, right to left": Look("dark", "dark", REFLOW, "rtl", _ALL),
    "contrast on dark": Look("contrast", "dark", DESK, "rtl", _OF_COLOUR),
    "contrast on light": Look("contrast", "light", REFLOW, "ltr", _OF_COLOUR),
}
_DRESS: Final = """([appearance, direction]) => {
    Object.assign(document.documentElement, {dir: direction}).dataset.appearance = appearance;
}"""
# How far the page itself can be moved sideways, and which texts are cut off where nothing scrolls.
_SIDEWAYS: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_CUT_OFF: Final = """() => [...document.querySelectorAll("main *, .rail *")].filter((element) => {
    const style = getComputedStyle(element);
    return element.checkVisibility() && style.overflowX === "hidden" && !element.closest(".out-of-sight, svg")
        && element.scrollWidth > element.clientWidth + 1;
}).map((element) => element.outerHTML.slice(0, 120))"""
_MOVES: Final = """() => [...document.querySelectorAll("*")].filter((element) => {
    const style = getComputedStyle(element);
    return style.animationName !== "none" || style.transitionDuration.split(", ").some((each) => parseFloat(each) > 0);
}).map((element) => element.outerHTML.slice(0, 120))"""
# Everything that takes the focus is numbered; a group of radio buttons is one stop. `dialog` holds the focus while open.
_NUMBER: Final = """() => {
    const within = document.querySelector("dialog[open]") || document;
    const names = new Set();
    let count = 0;
    for (const element of within.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
        if (!element.checkVisibility() || element.disabled || element.type === "hidden") continue;
        if (element.type === "radio") {
            const first = element.form.querySelector(`[name="${element.name}"]:checked`) || element;
            const group = [...document.forms].indexOf(element.form) + element.name;
            if (names.has(group) || first !== element) continue;
            names.add(group);
        }
        element.dataset.stop = count++;
    }
    within.querySelector("[data-stop='0']")?.focus();
    return count;
}"""
_STOP: Final = """() => {
    const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
    return {
        stop: element.dataset.stop === undefined ? -1 : Number(element.dataset.stop),
        html: element.outerHTML.slice(0, 120),
        ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        seen: box.width > 1 && box.height > 1 && box.bottom > 0 && box.right > 0
            && box.top < innerHeight && box.left < innerWidth,
    };
}"""


def faults(page: Page) -> list[str]:
    """Look at the page that is open in every way."""
    return [*_by_axe(page), *_by_size(page), *_by_tab(page), *_by_movement(page)]


def _by_axe(page: Page) -> Iterator[str]:
    from axe_playwright_python.base import AXE_SCRIPT

    page.evaluate(AXE_SCRIPT)
    for name, look in LOOKS.items():
        dress(page, look)
        options = {"runOnly": look.rules, "resultTypes": ["violations"], "preload": False}
        found = page.evaluate(f"axe.run(document, {json.dumps(options)}).then((found) => found.violations)")
        yield from (_said(name, each, node) for each in found for node in each["nodes"])
        yield from _sideways(page, name)


def _by_size(page: Page) -> Iterator[str]:
    """Text at 200 % (WCAG 1.4.4): nothing is cut off and the page does not scroll sideways."""
    dress(page, LOOKS["light"])
    page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    yield from _sideways(page, "200 % text")
    yield from (f"200 % text: is cut off: {each}" for each in page.evaluate(_CUT_OFF))
    page.evaluate("() => { document.documentElement.style.fontSize = '' }")


def _by_tab(page: Page) -> Iterator[str]:
    """Tab comes to everything, once, in order, visibly; and does not stay anywhere."""
    count = page.evaluate(_NUMBER)
    if count > STOPS_MAX:
        yield f"{count} stops are too many to walk"
        return
    visited = [0]  # where the walk begins; that the first Tab comes to it is for the tests of the keyboard
    for _ in range(count - 1):
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        visited.append(stop["stop"])
        if stop["stop"] >= 0 and (stop["ring"] < 2 or not stop["seen"]):
            yield f"has the focus and does not show it: {stop['html']}"
    if missed := set(range(count)) - set(visited):
        html = page.evaluate("n => document.querySelector(`[data-stop='${n}']`).outerHTML.slice(0, 120)", min(missed))
        yield f"Tab does not come to {len(missed)} of {count}, such as {html}"


def _by_movement(page: Page) -> Iterator[str]:
    """Nothing moves for who asked for that; for everybody else nothing is animated either, only faded."""
    yield from (f"moves: {each}" for each in page.evaluate(_MOVES))


def dress(page: Page, look: Look) -> None:
    """Show the page in one look."""
    page.emulate_media(color_scheme=look.scheme)  # type: ignore[arg-type]
    page.set_viewport_size(look.viewport)  # type: ignore[arg-type]
    page.evaluate(_DRESS, [look.appearance, look.direction])


def _sideways(page: Page, name: str) -> Iterator[str]:
    if (by := page.evaluate(_SIDEWAYS)) > 0:
        yield f"{name}: scrolls sideways by {by} px"


def _said(look: str, violation: dict[str, Any], node: dict[str, Any]) -> str:
    return f"{look}: {violation['id']}: {node['html'][:160]}: {node['failureSummary'].splitlines()[-1].strip()}"
