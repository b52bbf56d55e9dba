"""Take the pictures for the guide, from the world of these tests: `python -m tests.browser.screens`.

Each page is taken in one or more looks and written to docs/screens as a PNG of at most 256 colours.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Final

from PIL import Image

from tests.browser import browsing
from tests.browser.places import PLACES, go

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext

    from tests.browser.server import Facts

FOLDER: Final = browsing.ROOT / "docs/screens"
BYTES_MAX: Final = 80_000
BOTH: Final = ("light", "dark")
SCREENS: Final = {  # name of the picture: the place, and its looks
    "sign-in": ("sign-in", BOTH),
    "second-factor": ("app-set-up", ("light",)),
    "home": ("home-of-the-desk", (*BOTH, "narrow")),
    "keyboard": ("map-of-the-desk", ("dark",)),
    "report": ("report", (*BOTH, "narrow")),
    "report-me": ("report-me-in-german", ("narrow",)),
    "report-in-arabic": ("report-me-in-arabic", ("narrow",)),
    "report-asked": ("report-asked", ("light", "narrow")),
    "front-desk": ("front-desk", ("light",)),
    "queue": ("queue", (*BOTH, "narrow")),
    "case": ("case-sent", (*BOTH, "narrow")),
    "case-closed": ("case-closed", ("light",)),
    "call": ("call", ("light",)),
    "case-reports": ("case-reports-contact", ("light", "narrow")),
    "safeguarding": ("safeguarding", ("light",)),
    "record": ("record-verified", BOTH),
    "entry": ("entry", BOTH),
    "chain": ("chain", ("light",)),
    "retention": ("retention", ("light", "narrow")),
    "indicators": ("indicators-by-days", BOTH),
    "assessment": ("assessment", (*BOTH, "narrow")),
    "assessment-indicator": ("assessment-indicator", BOTH),
    "assessment-study": ("study", ("light",)),
    "assessment-profile": ("profile", ("light",)),
    "people": ("people", ("dark",)),
    "person": ("person", ("light",)),
    "keys": ("keys", ("light",)),
    "jobs": ("jobs", ("light", "narrow")),
    "job": ("job", ("dark",)),
    "status": ("status", BOTH),
}
PICTURES: Final = [f"{name}-{look}" for name, (_place, looks) in SCREENS.items() for look in looks]
_WINDOW: Final = {"width": 1120, "height": 660}
_TELEPHONE: Final = {"width": 320, "height": 660}
_SCALE: Final = 1.25


def main(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with browsing.chromium() as browser, browsing.service() as facts:
        for picture in PICTURES:
            name, _dash, look = picture.rpartition("-")
            place, _looks = SCREENS[name]
            context = browsing.visitor(
                browser,
                facts,
                session=PLACES[place].session,
                viewport=_TELEPHONE if look == "narrow" else _WINDOW,
                device_scale_factor=_SCALE,
                color_scheme="dark" if look == "dark" else "light",
            )
            path = folder / f"{picture}.png"
            path.write_bytes(_picture(context, place, facts))
            context.close()
            sys.stdout.write(f"{path.relative_to(browsing.ROOT)}  {path.stat().st_size // 1000} kB\n")


def _picture(context: BrowserContext, place: str, facts: Facts) -> bytes:
    page = context.new_page()
    go(page, place, facts)
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0) }")  # no blinking cursor
    smaller = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    stream = io.BytesIO()
    smaller.save(stream, "PNG", optimize=True)
    return stream.getvalue()


if __name__ == "__main__":
    main()
