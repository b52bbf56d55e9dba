"""One query over the number of hashes, each index a line, both axes logarithmic; from the record of B2.

The same record gives the same bytes. Rows of other hashes than random ones, and rates of several processes, stay out.
"""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME: Final = "over-hashes.svg"
_TABLE: Final = "One query over the number of hashes"
_NAMES: Final = {
    "ours": "Tutela",
    "flat": "faiss IndexBinaryFlat",
    "pdqindex": "threatexchange PDQIndex",
    "multihash-11x23": "faiss MultiHash, 11 x 23 bits",
    "multihash-16x16": "faiss MultiHash, 16 x 16 bits",
}
_COLOURS: Final = ("#2f6f4f", "#222222", "#a8482f", "#4f5fa8", "#8a6d1f")
_FAINT: Final = "#bbbbbb"
_WIDTH_PX, _HEIGHT_PX = 760, 430
_LEFT_PX, _RIGHT_PX, _TOP_PX, _BOTTOM_PX = 80, 230, 46, 50
_HASHES: Final = (10_000, 100_000, 1_000_000, 10_000_000)
_MS: Final = (0.001, 0.01, 0.1, 1, 10, 100)


def svg(records: Sequence[Mapping[str, Any]]) -> str:
    """Draw the medians."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH_PX}" height="{_HEIGHT_PX}" font-family="sans-serif">',
        f'<rect width="{_WIDTH_PX}" height="{_HEIGHT_PX}" fill="white"/>',
        _text(12, 24, "One query: median CPU time over the number of hashes (both logarithmic)", 15),
        *(_mark(hashes) for hashes in _HASHES),
        *(_level(ms) for ms in _MS),
    ]
    for place, (name, points) in enumerate(_lines(records).items()):
        colour = _COLOURS[place % len(_COLOURS)]
        path = " ".join(f"{_x(hashes):.1f},{_y(ms):.1f}" for hashes, ms in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{_x(hashes):.1f}" cy="{_y(ms):.1f}" r="3" fill="{colour}"/>' for hashes, ms in points]
        y = _TOP_PX + 20 + 22 * place
        parts.append(f'<rect x="{_WIDTH_PX - _RIGHT_PX + 16}" y="{y - 9}" width="12" height="10" fill="{colour}"/>')
        parts.append(_text(_WIDTH_PX - _RIGHT_PX + 34, y, _NAMES[name], 12))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _lines(records: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[int, float]]]:
    """(hashes, milliseconds) of each index."""
    found: dict[str, list[tuple[int, float]]] = {}
    for record in records:
        for table in record["details"]["tables"]:
            if table["title"] != _TABLE:
                continue
            for hashes, name, median_ms, *_ in table["rows"]:
                if hashes.endswith(" random") and name in _NAMES:
                    found.setdefault(name, []).append((int(hashes.split()[0].replace(",", "")), median_ms))
    return found


def _x(hashes: float) -> float:
    share = math.log10(hashes / _HASHES[0]) / math.log10(_HASHES[-1] / _HASHES[0])
    return _LEFT_PX + share * (_WIDTH_PX - _LEFT_PX - _RIGHT_PX)


def _y(ms: float) -> float:
    share = math.log10(min(max(ms, _MS[0]), _MS[-1]) / _MS[0]) / math.log10(_MS[-1] / _MS[0])
    return _HEIGHT_PX - _BOTTOM_PX - share * (_HEIGHT_PX - _TOP_PX - _BOTTOM_PX)


def _mark(hashes: int) -> str:
    x, low = _x(hashes), _HEIGHT_PX - _BOTTOM_PX
    line = f'<line x1="{x:.1f}" y1="{_TOP_PX}" x2="{x:.1f}" y2="{low}" stroke="{_FAINT}"/>'
    return line + _text(x - 24, low + 18, f"{hashes:,}", 11)


def _level(ms: float) -> str:
    y, right = _y(ms), _WIDTH_PX - _RIGHT_PX
    line = f'<line x1="{_LEFT_PX}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="{_FAINT}"/>'
    return line + _text(12, y + 4, f"{ms:g} ms", 11)


def _text(x: float, y: float, words: str, size: int) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="#222222">{escape(words)}</text>'
