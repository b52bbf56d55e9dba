"""Take the pictures for the guide, from the world of these tests: `python -m tests.browser.screens`.

Each page is taken in light and in dark and written to docs/screens as a PNG of at most 256 colours.
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
BYTES_MAX: Final = 150_000
SCREENS: Final = {
    "sign-in": "sign-in",
    "home": "home",
    "people": "people",
    "person": "person",
    "keys": "keys",
    "status": "status",
    "second-factor": "app-set-up",
}
APPEARANCES: Final = ("light", "dark")
_SIZE: Final = {"width": 1200, "height": 700}
_SCALE: Final = 1.5


def main(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with browsing.chromium() as browser, browsing.service() as facts:
        for appearance in APPEARANCES:
            for name, place in SCREENS.items():
                context = browsing.visitor(
                    browser,
                    facts,
                    session=PLACES[place].session,
                    viewport=_SIZE,
                    device_scale_factor=_SCALE,
                    color_scheme=appearance,
                )
                path = folder / f"{name}-{appearance}.png"
                path.write_bytes(_picture(context, place, facts))
                context.close()
                sys.stdout.write(f"{path.relative_to(browsing.ROOT)}  {path.stat().st_size // 1000} kB\n")


def _picture(context: BrowserContext, place: str, facts: Facts) -> bytes:
    page = context.new_page()
    go(page, place, facts)
    page.evaluate("() => document.activeElement.blur()")  # no blinking cursor
    smaller = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    stream = io.BytesIO()
    smaller.save(stream, "PNG", optimize=True)
    return stream.getvalue()


if __name__ == "__main__":
    main()
