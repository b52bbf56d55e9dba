"""Addresses of material: read from what people type, and shown so that nobody opens one by accident (law 10).

>>> defang("https://files.example:8443/a.b/c")
'hxxps://files[.]example:8443/a.b/c'
>>> read_address(" hxxp://files[.]example/a ")
'http://files.example/a'
>>> read_address("javascript:alert(1)") is None
True
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

ADDRESS_CHARACTERS_MAX: Final = 2048
_SCHEMES: Final = ("http", "https")
_HAS_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_UNFIT: Final = re.compile(r"[\s\x00-\x1f\x7f\"<>\\^`{|}]")


def defang(address: str) -> str:
    """Return an address as it may be shown: readable, and no program makes a link of it."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address.replace(".", "[.]")
    host, slash, path = rest.partition("/")
    return f"{scheme.replace('tt', 'xx')}://{host.replace('.', '[.]')}{slash}{path}"


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
