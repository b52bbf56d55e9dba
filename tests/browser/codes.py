"""The code that an authenticator app shows (RFC 6238: SHA-1, six digits, half a minute), computed apart from the service."""

from __future__ import annotations

import base64
import hmac
import struct
import time

PERIOD_S = 30
_MARGIN_S = 4


def code(secret: str, *, at_s: float) -> str:
    """The code of `secret` (base 32) at a time.

    >>> code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", at_s=59)  # the RFC's own example, its last six digits
    '287082'
    """
    counter = struct.pack(">Q", int(at_s) // PERIOD_S)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


def code_now(secret: str) -> str:
    """The code of this half minute; near its end, that of the next one, once it has begun."""
    left_s = PERIOD_S - time.time() % PERIOD_S
    if left_s < _MARGIN_S:
        time.sleep(left_s)
    return code(secret, at_s=time.time())
