"""How sure one can be: the four levels that reviews of evidence use, for whatever is said here.

What nobody drew lots for is not more than moderate; each reason to trust it less takes a level.
"""

from __future__ import annotations

from enum import StrEnum


class Certainty(StrEnum):
    """Four levels, the lowest first."""

    VERY_LOW = "very low"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
