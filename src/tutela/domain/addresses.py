"""Addresses of material: read from what people type, and shown so that nobody opens one by accident (law 10).

>>> defang("https://files.example:8443/a.b/c")
'hxxps://files[.]example:8443/a.b/c'
>>> read_address(" hxxp://files[.]example/a ")
'http://files.example/a'
>>> read_address("javascript:alert(1)") is None
True
>>> addresses_in("Seen at https://files.example/a, and (again) on hxxps://mirror[.]example/b?c=1.")
('https://files.example/a', 'https://mirror.example/b?c=1')
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

ADDRESS_CHARACTERS_MAX: Final = 2048
_SCHEMES: Final = ("http", "https")
_HAS_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_FIRST_SCHEME: Final = re.compile(r"h(?:tt|xx)ps?://", re.IGNORECASE)
_SCHEME_INSIDE: Final = re.compile(r"http(?=s?://)", re.IGNORECASE)  # of an address within an address
_HOST_ALONE: Final = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#].*)?")
_PAIRS: Final = {")": "(", "]": "[", "}": "{", ">": "<"}
_UNFIT: Final = re.compile(r"[\s\x00-\x1f\x7f\"<>\\^`{|}]")


def defang(address: str) -> str:
    """Return an address as it may be shown: readable, and no program makes a link of it."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address.replace(".", "[.]")
    host, slash, path = rest.partition("/")
    path = _SCHEME_INSIDE.sub("hxxp", path)
    return f"{scheme.lower().replace('tt', 'xx')}://{host.replace('.', '[.]')}{slash}{path}"


def read_address(text: str) -> str | None:
    """Return the http(s) address that a person typed, defanged or not; None where it is not one."""
    typed = text.strip().replace("[.]", ".").replace("(.)", ".").replace("[:]", ":")
    typed = re.sub(r"\Ahxxp(?=s?://)", "http", typed, flags=re.IGNORECASE)
    if not _HAS_SCHEME.match(typed):
        typed = f"https://{typed}"
    if len(typed) > ADDRESS_CHARACTERS_MAX or _UNFIT.search(typed):
        return None
    try:
        parts = urlsplit(typed)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return None
    return typed if parts.scheme.lower() in _SCHEMES and host and ("." in host or ":" in host) else None


def addresses_in(text: str) -> tuple[str, ...]:
    """Return every http(s) address in what somebody pasted, each once, in order: defanged or not, with words around."""
    found = (_address_of(word) for word in re.split(r"[\s<>\"|]+", text))
    return tuple(dict.fromkeys(each for each in found if each))


def _address_of(word: str) -> str | None:
    """Return the address in one word: what stands before it and the marks of the sentence after it are not of it."""
    start = _FIRST_SCHEME.search(word)
    word = word[start.start() :] if start else word.lstrip("([{'*_")
    while word and (
        word[-1] in ".,;:!?'*_" or (word[-1] in _PAIRS and word.count(word[-1]) > word.count(_PAIRS[word[-1]]))
    ):
        word = word[:-1]
    address = read_address(word)
    if address is None or start:
        return address
    return address if _HOST_ALONE.fullmatch(address.removeprefix("https://")) else None
