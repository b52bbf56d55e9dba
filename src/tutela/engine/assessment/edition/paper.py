"""A document as PDF, typeset by Typst from one JSON that says all of it; the same document makes the same bytes."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tutela.engine import typesetting
from tutela.engine.assessment import rendering
from tutela.engine.assessment.charts import ink
from tutela.engine.assessment.charts.chart import source_line
from tutela.engine.assessment.edition.document import Drawing, Figures, Grid, Points, Words, kind, measured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutela.engine.assessment.charts import Table
    from tutela.engine.assessment.edition.document import Block, Document

TEMPLATE: Final = Path(str(files("tutela.engine.assessment.edition") / "templates" / "edition.typ"))
FONT: Final = "Libertinus Serif"  # comes with Typst: the fonts of a machine are not within reach
_FLOWING: Final = {"corrections", "data"}  # short: they follow the chapter before on its page
_ROWS_MAX: Final = 60  # a longer table stands in the HTML report and in the data package


def pdf(document: Document) -> bytes:
    """Typeset the document."""
    return typesetting.pdf(TEMPLATE, _files(document), date=_date(document))


def pages(document: Document) -> list[bytes]:
    """Typeset the document into one PNG a page, to look at."""
    return typesetting.pages(TEMPLATE, _files(document), date=_date(document))


def _date(document: Document) -> str:
    return f"{document.day.isoformat()}T00:00:00+00:00"


def _files(document: Document) -> dict[str, bytes]:
    numbers = {line: place for place, line in enumerate(document.sources, 1)}
    said: dict[str, Any] = {
        "name": document.name,
        "kind": document.kind,
        "title": document.title,
        "subtitle": document.subtitle,
        "day": document.day.isoformat(),
        "baseline": document.baseline,
        "digest": document.digest,
        "summary": document.summary,
        "tiles": [
            {
                "title": tile.title,
                "statement": tile.statement,
                "direction": tile.direction,
                "changed": tile.changed,
                "confidence": tile.confidence,
                "basis": tile.basis,
                "refs": [numbers[tile.source]],
            }
            for tile in document.tiles
        ],
        "chapters": [
            {
                "title": chapter.title,
                "flows": chapter.id in _FLOWING,
                "lede": chapter.lede,
                "blocks": [{"kind": kind(block)} | _block(block, numbers) for block in chapter.blocks],
            }
            for chapter in document.chapters
        ],
        "sources": document.sources,
    }
    return {"document": json.dumps(said, ensure_ascii=False, sort_keys=True).encode()}


def _block(block: Block, numbers: Mapping[str, int]) -> dict[str, Any]:
    match block:
        case Words():
            return {"heading": block.heading, "paragraphs": block.paragraphs}
        case Points():
            return {"heading": block.heading, "items": block.items}
        case Drawing(chart):
            return {
                "title": chart.title,
                "finding": chart.finding,
                "svg": rendering.svg(chart).replace(ink.FONT, FONT),
                "marks": chart.marks,
                "not_this": "; ".join(chart.not_this),
                "refs": [numbers[line] for line in chart.sources],
                "table": _table(chart.table),
            }
        case Figures():
            groups = [
                {
                    "not_this": limits,
                    "rows": [
                        {
                            "title": row.title,
                            "value": measured(row),
                            "where": f"{row.area}, {row.span}",
                            "doubt": row.doubt,
                            "refs": [numbers[source_line(row.source)]],
                        }
                        for row in rows
                    ],
                }
                for limits, rows in block.groups
            ]
            return {"heading": block.heading, "groups": groups}
        case Grid():
            return {
                "heading": block.heading,
                "words": block.words,
                "table": _table(block.table),
                "not_this": "; ".join(block.not_this),
                "refs": [numbers[line] for line in block.sources],
            }


def _table(table: Table) -> dict[str, Any]:
    return {"head": table.head, "rows": table.rows[:_ROWS_MAX], "more": max(0, len(table.rows) - _ROWS_MAX)}
