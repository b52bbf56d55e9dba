"""Records as tables: the page docs/evidence/README.md, and plain text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bench import plot, plot_sizes
from bench.registry import CLAIMS, UNMEASURED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HEAD: Final = """# Evidence

One row a figure, made from the records beside this page by `python -m bench.evidence --table`; do not edit either by
hand. `make evidence ID=A2` measures one claim again, `make evidence` all (slow). A ratio above 1 is better than the
peer, measured beside ours in the same run. *Met* says whether the bar is reached; a figure without a bar is only shown,
one without a value was not measured and its record says why.

| id | figure | value | peer | ratio | bar | met |
|---|---|---|---|---|---|---|
"""
_SIGNS: Final = {True: "yes", False: "**no**", None: ""}


def page(records: Sequence[Mapping[str, Any]]) -> str:
    """The whole page."""
    rows = [row for record in records for row in _rows(record)]
    claims = [_claim(record) for record in records]
    return (
        _HEAD
        + "\n".join(rows)
        + f"\n\n![Beside the peers]({plot.NAME})\n\n![One query over the number of hashes]({plot_sizes.NAME})\n\n"
        + "## What each claims, and where it was measured\n\n"
        + "\n".join(claims)
        + "\n"
        + _unmeasured()
    )


def _unmeasured() -> str:
    """Claims that have a command and no record yet."""
    rows = [f"- **{name}** {CLAIMS[name].title}" for name in sorted(UNMEASURED)]
    return "\n".join(["\n## Not measured yet: the command is there, the record is not\n", *rows, ""]) if rows else ""


def text(record: Mapping[str, Any]) -> str:
    """One record for a terminal: its figures, then its tables and notes."""
    columns = ("figure", "value", "unit", "peer", "ratio", "bar", "met")
    lines = [f"{record['id']}  {'met' if record['met'] else 'NOT MET'}  {record['claim']}", ""]
    rows = [
        [
            *(figure[key] for key in ("name", "value", "unit")),
            _beside(figure),
            *(figure[key] for key in ("ratio", "bar")),
            _SIGNS[figure["met"]].strip("*"),
        ]
        for figure in record["figures"]
    ]
    lines += grid(columns, rows)
    for each in record["details"]["tables"]:
        lines += ["", each["title"], *grid(each["columns"], each["rows"])]
    return "\n".join(lines + [""] + [f"note: {note}" for note in record["details"]["notes"]] + [""])


def grid(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Lines of a plain table."""
    cells = [list(columns), *([_cell(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(columns))]
    lines = ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    return [
        lines[0].rstrip(),
        "  " + "  ".join("-" * width for width in widths),
        *(line.rstrip() for line in lines[1:]),
    ]


def _rows(record: Mapping[str, Any]) -> list[str]:
    rows: list[str] = []
    for figure in record["figures"]:
        link = "" if rows else f"[{record['id']}]({record['id']}.json)"
        value = f"{_cell(figure['value'])} {figure['unit']}"
        tail = f"{_beside(figure)} | {_cell(figure['ratio'])} | {figure['bar']} | {_SIGNS[figure['met']]}"
        rows.append(f"| {link} | {figure['name']} | {value} | {tail} |")
    return rows


def _claim(record: Mapping[str, Any]) -> str:
    where = record["machine"]
    met = "met" if record["met"] else "not met"
    place = f"{where['cpu']}, {where['cores']} cores, kernel {where['kernel']}, load {where['load_average']}"
    return f"- **{record['id']}**, {met}: {record['claim']} *{record['date']}, commit {record['commit']}, {place}.*"


def _beside(figure: Mapping[str, Any]) -> str:
    value = figure["peer_value"]
    return figure["peer"] if value is None else f"{_cell(value)} ({figure['peer']})"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:g}"
    return str(value)
