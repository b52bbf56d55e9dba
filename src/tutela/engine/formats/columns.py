"""What the columns and keys of other people's lists are called.

Names are compared without case and without anything but letters and digits, so `SHA-1`, `sha_1` and `Sha1` are one.
Two shapes are known: a column a signal (`md5`, `pdq`, ...), and a pair of columns that give a signal's kind and its
value (`signal_type` and `signal_str`, as exchanges write). What is not named here is kept out: a list is matched by its
hashes, and everything else in it may say more about a person than we have any need to know.

>>> field_of("SHA-256"), field_of("Image ID"), field_of("Series name")
('sha256', 'entry_id', '')
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from tutela.domain.errors import RowError
from tutela.domain.signals import SignalKind

ENTRY_ID: Final = "entry_id"
CLASSIFICATION: Final = "classification"
SOURCE: Final = "source"
WITHDRAWN: Final = "withdrawn"
PAIR_KIND: Final = "signal_kind"
PAIR_VALUE: Final = "signal_value"
NESTED: Final = "signals"

# The first names are preferred: where a file has two for one field, it is read by the first and the other is kept out.
_NAMES: Final = {
    SignalKind.MD5.value: "md5 md5hash hashmd5 md5sum md5digest md5hex filemd5 videomd5 hashvideomd5",
    SignalKind.SHA1.value: "sha1 sha1hash hashsha1 sha1sum sha1digest sha1hex filesha1 sha1base32",
    SignalKind.SHA256.value: "sha256 sha256hash hashsha256 sha256sum sha256digest sha256hex filesha256",
    SignalKind.PDQ.value: "pdq pdqhash hashpdq pdqhex imagepdq pdqbase64",
    SignalKind.VPDQ.value: "vpdq vpdqhash vpdqframes frames",
    SignalKind.PHOTODNA.value: "photodna pdna photodnahash hashphotodna",
    ENTRY_ID: "entryid id mediaid imageid hashid uuid guid contentid",
    CLASSIFICATION: "classification category class severity grade level baseline label",
    SOURCE: "source origin provider agency contributor member collab bank sourceapplicationname",
    WITHDRAWN: "shoulddelete deleted withdrawn hashstatus status",
    PAIR_KIND: "signaltype indicatortype hashtype hashname algorithm type",
    PAIR_VALUE: "signalstr signalvalue signal hashvalue hashdigest indicator hash digest value",
    NESTED: "signals hashes fingerprints digests alternativehashes",
}
_FIELDS: Final = {name: field for field, names in _NAMES.items() for name in names.split()}
_RANK: Final = {name: rank for names in _NAMES.values() for rank, name in enumerate(names.split())}
# Kept as opaque signals, beside PhotoDNA: licensed to others, or of kinds that this house does not compute.
_OPAQUE: Final = frozenset(
    {"tmk", "tmkpdqf", "videotmk", "hashtmk", "netclean", "videntifier", "ssvhpdna", "ssvhsaferhash", "pdqocr"}
    | {"hashpdqocr", "phash", "dhash", "ahash", "ssdeep", "tlsh", "texttlsh", "sha512", "sha384", "blake3"}
)
# Words and addresses, not hashes. Addresses of material are dangerous too (law 10).
_NEVER_KEPT: Final = frozenset(
    {"url", "uri", "urlmd5", "hashurl", "domain", "rawtext", "text", "trendquery", "keyword"}
)
_UNKNOWN_NAME_CHARS_MAX: Final = 32

MATCHED: Final = frozenset(
    kind.value for kind in (SignalKind.MD5, SignalKind.SHA1, SignalKind.SHA256, SignalKind.PDQ, SignalKind.VPDQ)
)
"""Fields whose signals are matched here; other signals are opaque."""

NAMED_SIGNALS: Final = MATCHED | _OPAQUE | {SignalKind.PHOTODNA.value}
"""Fields that are a kind of signal."""

SIGNAL_FIELDS: Final = NAMED_SIGNALS | {PAIR_VALUE, NESTED}
"""Fields that can carry a signal: a file with none of them is no hash list."""


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return the letters and digits of a name, lower case."""
    return re.sub(r"[^0-9a-z]", "", name.casefold())


def field_of(name: str) -> str:
    """Return the field that a column or key of this name holds, "" where it is none of ours."""
    name = plain(name)
    return _FIELDS.get(name) or (name if name in _OPAQUE else "")


def rank_of(name: str) -> int:
    """Return how strongly a name stands for its field: 0 is its own name."""
    return _RANK.get(plain(name), 0)


def names_signal(name: str) -> bool:
    """Tell whether a word is the name of a kind of signal, kept here or not."""
    return plain(name) in _NEVER_KEPT or field_of(name) in NAMED_SIGNALS


def signal_of(name: str) -> str:
    """Return the field of a kind of signal as an exchange names it; a kind unknown here keeps its own name.

    Raises:
        RowError: the kind is no hash, or the name is none.
    """
    short = plain(name)
    if short in _NEVER_KEPT:
        raise RowError("carries words or an address, which a hash list does not keep")
    field = field_of(short)
    if field in NAMED_SIGNALS:
        return field
    if field or not short or len(short) > _UNKNOWN_NAME_CHARS_MAX:
        raise RowError("names no kind of signal")
    return short
