"""What the methods refuse. A number is never made from too little data: the refusal says what is missing."""

from __future__ import annotations

from tutela.domain.errors import TutelaError


class SeriesError(TutelaError):
    """These are not measurements of one thing at regular times: a gap, a doubled date, no number, or mixed units."""


class TooLittleDataError(TutelaError):
    """There is too little data for this method. Describe the series; do not estimate."""


class NotEstimableError(TutelaError):
    """The data cannot tell: two explanations coincide, nothing varies, or the estimate does not exist."""
