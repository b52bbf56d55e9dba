"""Charts as SVG: by vl-convert, which holds its own JavaScript engine; nothing is fetched, and no browser is needed.

The first drawing of a process costs about a second (the engine starts), each later one some 80 ms, and the same chart
again nothing: drawings are kept by the digest of their specification. The same chart always gives the same bytes.

    svg(chart)              for paper: light colours
    warm()                  in a thread, when a process that draws begins
    svg(chart, live=True)   for a page: colours are the console's custom properties, so it follows light and dark
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from tutela.engine.assessment.charts import ink

if TYPE_CHECKING:
    from tutela.engine.assessment.charts import Chart

KEPT_MAX: Final = 512  # drawings of some 20 kB
_VERSION: Final = "6.4"
_OPENING: Final = re.compile(r"<svg [^>]*?width=\"([\d.]+)\" height=\"([\d.]+)\"[^>]*>")


def svg(chart: Chart, *, live: bool = False) -> str:
    """Draw a chart. The title and the finding are inside, for readers who hear it."""
    drawn = _drawn(json.dumps(chart.spec, sort_keys=True))
    opening = _OPENING.search(drawn)
    assert opening is not None
    width, height = opening.groups()
    size = "" if live else f' width="{width}" height="{height}"'
    begin = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}"{size} role="img" '
        f"aria-label={quoteattr(f'{chart.title}. {chart.finding}')}><title>{escape(chart.title)}</title>"
    )
    body = _AROUND.sub("", drawn[opening.end() :])
    return begin + (_themed(body) if live else body)


def warm() -> None:
    """Start the renderer, so that no reader waits for it."""
    _drawn(_SMALLEST)


_SMALLEST: Final = '{"data": {"values": [{}]}, "mark": "point"}'
_AROUND: Final = re.compile(r' (?:role|aria-[a-z]+|pointer-events|class)="[^"]*"')


@lru_cache(maxsize=KEPT_MAX)
def _drawn(spec: str) -> str:
    import vl_convert  # noqa: PLC0415  - 84 MB that only a process which draws should load

    return vl_convert.vegalite_to_svg(json.loads(spec), vl_version=_VERSION, allowed_base_urls=[])


def _themed(drawn: str) -> str:
    for colour, token in ink.TOKENS.items():
        drawn = drawn.replace(f'"{colour}"', f'"var(--{token}, {colour})"')
    return drawn
