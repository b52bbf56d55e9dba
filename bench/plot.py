"""The figures that have a peer, as one small SVG: how many times the peer, on a logarithmic axis.

A bar to the right of the line is better than the peer, to the left worse. The same records give the same bytes.
"""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME: Final = "beside-the-peers.svg"
_ROW_PX: Final = 34
_TOP_PX: Final = 46
_LEFT_PX: Final = 430  # where "as fast as the peer" stands, without the room for worse
_DECADE_PX: Final = 150
_WORSE_PX: Final = 70
_WIDTH_PX: Final = 1060
_RATIO_MIN: Final = 10 ** (-_WORSE_PX / _DECADE_PX)
_MARKS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_GOOD, _BAD, _INK, _FAINT = "#2f6f4f", "#a8482f", "#222222", "#bbbbbb"


def svg(records: Sequence[Mapping[str, Any]]) -> str:
    """Draw speeds and durations of every record beside their peers."""
    rows = [
        (record["id"], figure)
        for record in records
        for figure in record["figures"]
        if figure["ratio"] is not None and ("/s" in figure["unit"] or figure["unit"] in {"s", "ms"})
    ]
    height = _TOP_PX + _ROW_PX * len(rows) + 20
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH_PX}" height="{height}" font-family="sans-serif">'
    title = _text(12, 24, "Times the peer (logarithmic; measured in the same run)", size=15)
    marks = [part for mark in _MARKS for part in _mark(mark, height)]
    bars = [part for place, row in enumerate(rows) for part in _bar(_TOP_PX + place * _ROW_PX, *row)]
    background = f'<rect width="{_WIDTH_PX}" height="{height}" fill="white"/>'
    return "\n".join([head, background, title, *marks, *bars, "</svg>"]) + "\n"


def _x(ratio: float) -> float:
    return _LEFT_PX + _WORSE_PX + _DECADE_PX * math.log10(min(max(ratio, _RATIO_MIN), _MARKS[-1] * 2))


def _mark(ratio: float, height: int) -> tuple[str, str]:
    x = _x(ratio)
    line = f'<line x1="{x:.1f}" y1="{_TOP_PX - 4}" x2="{x:.1f}" y2="{height - 14}" stroke="{_FAINT}"/>'
    return line, _text(x - 8, _TOP_PX - 8, f"{ratio}x", size=11)


def _bar(y: int, claim_id: str, figure: Mapping[str, Any]) -> tuple[str, str, str]:
    ratio = figure["ratio"]
    start, end = sorted((_x(1.0), _x(ratio)))
    colour = _GOOD if ratio >= 1 else _BAD
    rectangle = f'<rect x="{start:.1f}" y="{y}" width="{max(end - start, 1):.1f}" height="16" fill="{colour}"/>'
    label = _text(12, y + 13, f"{claim_id} {figure['name']}", size=13)
    words = (
        f"{ratio:.3g}x  ({figure['value']:.4g} against {figure['peer_value']:.4g} {figure['unit']}, {figure['peer']})"
    )
    return rectangle, label, _text(_LEFT_PX + _WORSE_PX, y + 28, words, size=10)


def _text(x: float, y: float, words: str, *, size: int) -> str:
    return f'<text x="{x:.1f}" y="{y}" font-size="{size}" fill="{_INK}">{escape(words)}</text>'
