"""Closed reasons and two numbers, turned into one plain sentence for a person. Nothing here quotes content.

>>> sentence(Reason.TOO_MANY_SCANS, found=400, limit=100)
'The picture is stored in 400 passes; 100 are allowed.'
"""

from __future__ import annotations

from typing import Final

from tutela.domain.media import Reason

_WITH_NUMBERS: Final = {
    Reason.TOO_MANY_PIXELS: "The picture claims {found:,} pixels; {limit:,} are allowed.",
    Reason.TOO_MANY_SCANS: "The picture is stored in {found:,} passes; {limit:,} are allowed.",
    Reason.TOO_MANY_FRAMES: "It has {found:,} frames; the first {limit:,} are hashed.",
    Reason.TOO_MANY_MEMBERS: "The archive has {found:,} members; the first {limit:,} are examined.",
    Reason.NESTED_TOO_DEEP: "Archives are nested {found:,} deep; {limit:,} levels are opened.",
    Reason.EXPANDS_TOO_MUCH: "It expands to {found:,} bytes; {limit:,} are allowed for what is stored.",
    Reason.TOO_LARGE: "It has {found:,} bytes; {limit:,} are allowed.",
    Reason.TOO_SMALL: "The picture is too small to be told from another.",
}
_PLAIN: Final = {
    Reason.NONE: "",
    Reason.TOO_MANY_PIXELS: "The picture claims more pixels than allowed.",
    Reason.TOO_MANY_SCANS: "The picture is stored in more passes than allowed.",
    Reason.TOO_MANY_FRAMES: "It has more frames than are hashed.",
    Reason.TOO_MANY_MEMBERS: "The archive has more members than are examined.",
    Reason.NESTED_TOO_DEEP: "Archives are nested deeper than they are opened.",
    Reason.EXPANDS_TOO_MUCH: "It expands to more than is allowed for what is stored.",
    Reason.TOO_LARGE: "It is larger than allowed.",
    Reason.TOO_SMALL: "The picture is too small to be told from another.",
    Reason.OUT_OF_TIME: "The time allowed for it was over.",
    Reason.OUT_OF_MEMORY: "It needs more memory than allowed.",
    Reason.TRUNCATED: "It ends before its content does.",
    Reason.CORRUPT: "Its content is damaged.",
    Reason.ENCRYPTED: "It is encrypted.",
    Reason.UNSUPPORTED: "It uses a variant that is not supported.",
    Reason.DECODER_DIED: "The decoder ended before it was done with it.",
    Reason.DECODER_MISBEHAVED: "The decoder did what it may not do and was ended; treat the file with care.",
}


def sentence(reason: Reason, found: int = 0, limit: int = 0) -> str:
    """Return the sentence for `reason`, with the numbers where both are known."""
    template = _WITH_NUMBERS.get(reason) if found and limit else None
    return template.format(found=found, limit=limit) if template else _PLAIN.get(reason, "")
