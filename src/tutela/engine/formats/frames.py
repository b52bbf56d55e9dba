"""The frames of a video entry, in every shape that vPDQ tools have written.

    ["<64 hex>,<quality>,<seconds>", ...] ............ what threatexchange writes today
    {"0": {"hash", "quality", "timestamp"}, ...} ..... what it wrote before, by frame number
    [{"hash" or "pdq", "quality", "timestamp" or "time_ms"}, ...]
    the JSON text of any of them, as a CSV cell holds it

Timestamps are seconds, `time_ms` is milliseconds. A frame without a quality counts as 100: who lists it vouches for it.
"""

from __future__ import annotations

import json
import math
from typing import Final

from tutela.domain.errors import RowError
from tutela.domain.signals import SignalKind
from tutela.engine.formats.fields import digest, is_absent
from tutela.engine.formats.json_values import as_list, as_object

QUALITY_MAX: Final = 100
TIME_MS_MAX: Final = 2**32 - 1  # 49 days: what the packed list stores

Frame = tuple[bytes, int, int]
"""PDQ (32 bytes), quality (0..100), time in ms."""


def frames(value: object, *, count_max: int) -> tuple[Frame, ...]:
    """Read the frames of one video in the order of the list; `RowError` where one of them is malformed."""
    if isinstance(value, str):
        value = _parsed(value)
    numbered = as_object(value)
    listed = as_list(value) if numbered is None else list(numbered.values())
    if listed is None:
        raise RowError("vpdq is neither a list of frames nor an object of them")
    if len(listed) > count_max:
        raise RowError(f"vpdq has {len(listed)} frames, more than the {count_max} that an entry may have")
    return tuple(_frame(one) for one in listed)


def _parsed(text: str) -> object:
    if is_absent(text):
        return []
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise RowError("vpdq is not the JSON of frames") from None


def _frame(frame: object) -> Frame:
    if isinstance(frame, str):
        parts: tuple[object, ...] = tuple(frame.split(","))
        if len(parts) != 3:
            raise RowError("vpdq has a frame that is not hash, quality and time")
        return _checked(parts[0], parts[1], parts[2], per_second=1000)
    named = as_object(frame)
    if named is None:
        raise RowError("vpdq has a frame that is neither text nor an object")
    pdq = named.get("hash", named.get("pdq"))
    quality = named.get("quality", QUALITY_MAX)
    if "time_ms" in named:
        return _checked(pdq, quality, named["time_ms"], per_second=1)
    return _checked(pdq, quality, named.get("timestamp", 0), per_second=1000)


def _checked(pdq: object, quality: object, time: object, *, per_second: int) -> Frame:
    value = digest(pdq, SignalKind.PDQ) if isinstance(pdq, str) else None
    if value is None:
        raise RowError("vpdq has a frame without a PDQ")
    return value, round(_number(quality, QUALITY_MAX)), round(_number(time, TIME_MS_MAX / per_second) * per_second)


def _number(value: object, largest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise RowError("vpdq has a quality or time that is no number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        number = math.nan
    if not 0 <= number <= largest:
        raise RowError("vpdq has a quality or time that is no number, or out of range")
    return number
