"""What runs inside workers in most of these tests: no decoder at all. Attacks stand in `attacks`."""

from __future__ import annotations

from tutela.domain.media import Verdict
from tutela.domain.signals import PictureHash
from tutela.engine.sandbox.contract import Outcome, ReducedPicture


def warm_up():
    pass


def examine(source, task, sink, limits):
    """One hash that repeats the file's first bytes."""
    sink.hash(PictureHash(source.read_at(0, 32).ljust(32, b"\0"), 100))
    return Outcome(task.media_type, Verdict.HASHED, width_px=640, height_px=480)


def reduce(source, task, sink, limits, side_px_max):
    return ReducedPicture(side_px_max, 2, 3, bytes(range(6)) * side_px_max)
