"""The colours and the type of every chart: the console's design tokens, and no others.

A specification holds the light colours; `rendering` puts the token's name in their place, so that one drawing follows
the page into dark and high contrast. There is neither red nor green: whether more is better is not a chart's to say.
"""

from __future__ import annotations

from typing import Any, Final

INK: Final = "#1b2226"
MUTED: Final = "#566067"
LINE: Final = "#dedfda"
STRONG: Final = "#868f94"
ACCENT: Final = "#1d5c58"
CARE: Final = "#7d4f00"
SURFACE: Final = "#ffffff"

TOKENS: Final = {
    INK: "ink",
    MUTED: "muted",
    LINE: "line",
    STRONG: "line-strong",
    ACCENT: "accent",
    CARE: "care",
    SURFACE: "surface",
}
"""The name in tokens.css of each colour; a test holds the two together."""

FONT: Final = "Liberation Sans, sans-serif"
WIDTH: Final = 640
BAND: Final = 0.16  # opacity of an interval behind its line

_SMALL: Final = 11
ROUND: Final = {
    "labelExpr": "replace(replace(replace(format(datum.value, '~s'), 'G', ' bn'), 'M', ' m'), 'k', ' k')",
    "tickCount": 5,
}
"""Axes of large numbers: `2 bn`, `500 k`. The exact values stand in the table."""


def frame(height: int, **more: Any) -> dict[str, Any]:
    """Begin a specification that is `WIDTH` wide all told and `height` high, in pixels."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "config": config(),
        **more,
    }


def config() -> dict[str, Any]:
    """How axes, grids and words look."""
    return {
        "font": FONT,
        "background": None,
        "padding": {"left": 2, "right": 14, "top": 6, "bottom": 2},
        "view": {"stroke": None},
        "axis": {
            "domainColor": STRONG,
            "gridColor": LINE,
            "tickColor": STRONG,
            "tickSize": 4,
            "labelColor": MUTED,
            "labelFontSize": _SMALL,
            "titleColor": INK,
            "titleFontSize": _SMALL,
            "titleFontWeight": "normal",
            "labelLimit": 220,
        },
        "axisY": {
            "domain": False,
            "ticks": False,
            "titleAlign": "left",
            "titleAngle": 0,
            "titleAnchor": "start",
            "titleBaseline": "bottom",
            "titleX": 0,
            "titleY": -10,
        },
        "axisX": {"grid": False},
        "header": {"labelColor": INK, "labelFontSize": _SMALL, "labelAnchor": "start", "title": None},
        "legend": {
            "labelColor": INK,
            "labelFontSize": _SMALL,
            "orient": "bottom",
            "title": None,
            "symbolType": "square",
            "labelLimit": 420,
            "offset": 8,
        },
    }
