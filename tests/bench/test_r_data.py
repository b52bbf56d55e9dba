from __future__ import annotations

import bz2
import struct

import pytest

from bench import r_data

NIL = struct.pack(">i", 254)
HEAD = b"RDX2\nX\n" + struct.pack(">iii", 2, 0x040102, 0x020300)


def chars(text: str) -> bytes:
    return struct.pack(">ii", 9, len(text)) + text.encode()


def vector(kind: int, form: str, *values: float) -> bytes:
    return struct.pack(f">ii{len(values)}{form}", kind, len(values), *values)


def symbol(name: str) -> bytes:
    return struct.pack(">i", 1) + chars(name)


def saved(name: str, value: bytes) -> bytes:
    return HEAD + struct.pack(">i", 0x402) + symbol(name) + value + NIL


FRAME = (
    struct.pack(">ii", 0x200 | 19, 2)
    + vector(13, "i", 7, -(2**31))
    + vector(14, "d", 0.5, 1.5)
    + struct.pack(">i", 0x402)
    + symbol("names")
    + struct.pack(">ii", 16, 2)
    + chars("a")
    + chars("b")
    + NIL
)


def test_a_data_frame_comes_out_by_its_columns():
    content = saved("frame", FRAME)
    assert r_data.frames(content) == {"frame": {"a": [7, None], "b": [0.5, 1.5]}}
    assert r_data.frames(bz2.compress(content)) == r_data.frames(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RDX2\nA\n",
        saved("frame", FRAME)[:-20],
        saved("code", struct.pack(">i", 3)),  # a function
        saved("huge", struct.pack(">ii", 14, 2**31 - 1)),
        saved("negative", struct.pack(">ii", 13, -1)),
    ],
)
def test_what_is_cut_or_no_data_is_refused(content):
    with pytest.raises((ValueError, struct.error)):
        r_data.frames(content)
