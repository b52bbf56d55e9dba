"""What an edition says, as values: chapters of blocks, the same for paper and for the screen.

Rules
-----
* A number is in a block that holds everything a reader is owed beside it: a `Drawing`, whose chart has it all, a row of
  `Figures`, which `rules.figure` made, or a `Grid`, which cannot be made without its sources and what it is not.
* Prose holds no number; `Words` of a plan that does is refused (`plans`).
* Sources are numbered in the order of their first use, once for the whole document.

Worked example: `Document(..., chapters=(Chapter("people", "Victims and offenders", "...", (Drawing(chart),)),))`; then
`paper.pdf(document)` and `screen.html(document)` say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tutela.engine.assessment.charts import ChartError
from tutela.engine.assessment.charts.chart import source_line
from tutela.engine.assessment.units import unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tutela.engine.assessment.charts import Chart, Table
    from tutela.engine.assessment.rules import Figure


@dataclass(frozen=True, slots=True)
class Words:
    """Paragraphs without numbers."""

    paragraphs: tuple[str, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """Things to list: what is not known, what could be done next."""

    heading: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart, its words and its table."""

    chart: Chart


@dataclass(frozen=True, slots=True)
class Figures:
    """Single numbers, one a row, each with its period, unit, source and what it is not."""

    heading: str
    rows: tuple[Figure, ...]

    @property
    def groups(self) -> tuple[tuple[str, tuple[Figure, ...]], ...]:
        """The rows under what they are not, which many share; each group where its first row stood."""
        limits = dict.fromkeys(row.not_this for row in self.rows)
        return tuple(("; ".join(each), tuple(row for row in self.rows if row.not_this == each)) for each in limits)


@dataclass(frozen=True, slots=True)
class Grid:
    """Any other table. Where it holds numbers it says whose they are and what they are not."""

    heading: str
    table: Table
    sources: tuple[str, ...]
    not_this: tuple[str, ...]
    words: str = ""

    def __post_init__(self) -> None:
        numbers = any(character.isdigit() for row in self.table.rows for cell in row for character in cell)
        if numbers and not (self.sources and self.not_this):
            raise ChartError(f"{self.heading}: a table of numbers says whose they are and what they are not")


Block: TypeAlias = Words | Points | Drawing | Figures | Grid


@dataclass(frozen=True, slots=True)
class Chapter:
    """One part of a document. `id` is its anchor."""

    id: str
    title: str
    lede: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """One lens on the summary page, in words. `basis` says what its figure is not, `source` whose it is."""

    lens: str
    title: str
    statement: str
    direction: str
    confidence: str
    changed: str
    basis: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An edition or a brief. `digest` is that of the registry it was made from; `day` its only date."""

    name: str
    kind: str
    title: str
    subtitle: str
    day: date
    baseline: str
    digest: str
    summary: tuple[str, ...]
    tiles: tuple[Tile, ...]
    chapters: tuple[Chapter, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source line, once, in the order of first use: the number of a source is its place, from 1."""
        return tuple(dict.fromkeys(self._cited()))

    def _cited(self) -> Iterator[str]:
        yield from (tile.source for tile in self.tiles)
        for chapter in self.chapters:
            for block in chapter.blocks:
                match block:
                    case Figures():
                        yield from (source_line(row.source) for row in block.rows)
                    case Drawing():
                        yield from block.chart.sources
                    case Grid():
                        yield from block.sources
                    case Words() | Points():
                        pass


def kind(block: Block) -> str:
    """Return the name that templates know a block by."""
    return type(block).__name__.lower()


def measured(figure: Figure) -> str:
    """Return a value with its unit, as one says it.

    A value in words keeps its words: `one third (per cent)`, `rank: top 5`. Its interval stands behind it.
    """
    said = _measured(figure)
    return f"{said} ({figure.interval})" if figure.interval else said


def texts(document: Document) -> Iterator[str]:
    """Yield every text that a reader of the document meets: what the vocabulary is checked over."""
    yield from (document.title, document.subtitle, document.baseline, *document.summary)
    for tile in document.tiles:
        yield from (tile.title, tile.statement, tile.direction, tile.confidence, tile.changed, tile.basis)
    for chapter in document.chapters:
        yield from (chapter.title, chapter.lede)
        for block in chapter.blocks:
            yield from _said(block)


def _measured(figure: Figure) -> str:
    if figure.unit == unit("words").label:
        return figure.shown
    if figure.unit == unit("rank").label:
        return f"rank: {figure.shown}"
    if not any(map(str.isdigit, figure.shown)):
        return f"{figure.shown} ({figure.unit})"
    return f"{figure.shown} {figure.unit}"


def _said(block: Block) -> Iterator[str]:
    match block:
        case Words():
            yield from (block.heading, *block.paragraphs)
        case Points():
            yield from (block.heading, *block.items)
        case Drawing(chart):
            yield from (chart.title, chart.finding, chart.axis, *chart.not_this, *chart.marks)
            yield from (cell for row in chart.table.rows for cell in row)
        case Figures():
            yield block.heading
            yield from (text for row in block.rows for text in (row.title, row.shown, row.doubt, *row.not_this))
        case Grid():
            yield from (block.heading, block.words, *block.not_this)
            yield from (cell for row in block.table.rows for cell in row)
