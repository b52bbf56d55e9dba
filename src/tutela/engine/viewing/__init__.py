"""Seeing as little as possible, and keeping true what was seen. Pure.

`ladder` says what is shown of a file, a step at a time, and what was; `bounds` how much of it a person may take in;
`whole` when a person has seen a file as it is, which is all that "viewed" may mean to an authority.
Nothing here reads a clock, opens a file, or knows who anybody is.
"""

from __future__ import annotations

from tutela.engine.viewing.bounds import Bounds, Ruling, Seen, Shift, Weights, Why, Word, load_of, rule, strictest
from tutela.engine.viewing.ladder import LadderError, Look, Rung, Span, climb, fall, keep, listen, settled
from tutela.engine.viewing.whole import Medium, Showing, is_viewed, missing

__all__ = [
    "Bounds",
    "LadderError",
    "Look",
    "Medium",
    "Ruling",
    "Rung",
    "Seen",
    "Shift",
    "Showing",
    "Span",
    "Weights",
    "Why",
    "Word",
    "climb",
    "fall",
    "is_viewed",
    "keep",
    "listen",
    "load_of",
    "missing",
    "rule",
    "settled",
    "strictest",
]
