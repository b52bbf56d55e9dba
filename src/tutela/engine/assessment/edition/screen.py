"""A document as one self-contained HTML page: no script, no request, light and dark, and a layout for paper.

Its own content security policy allows its style and nothing else. Charts are SVG in the page whose colours follow it;
each has its finding in words and its table. The same document always makes the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from tutela.engine.assessment import rendering
from tutela.engine.assessment.charts.chart import source_line
from tutela.engine.assessment.edition.document import kind, measured

if TYPE_CHECKING:
    from jinja2 import Template

    from tutela.engine.assessment.charts import Chart
    from tutela.engine.assessment.edition.document import Document

_TEMPLATES: Final = files("tutela.engine.assessment.edition") / "templates"


def html(document: Document) -> bytes:
    """Make the page."""
    style = (_TEMPLATES / "edition.css").read_text(encoding="utf-8")
    numbers = {line: place for place, line in enumerate(document.sources, 1)}
    text = _template().render(
        document=document,
        style=style,
        style_digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii"),
        numbers=numbers,
        kind=kind,
        measured=measured,
        svg=_svg,
        source_line=source_line,
    )
    return text.encode()


def _svg(chart: Chart) -> Markup:
    return Markup(rendering.svg(chart, live=True))  # noqa: S704  - our own drawing; its words are escaped there


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((_TEMPLATES / "edition.html").read_text(encoding="utf-8"))
