r"""What an operator says about how to be told (security.txt, RFC 9116): mailboxes and forms, while it is in date.

It is written for faults of software, by the party itself: the least sure of all sources, for when the others failed.

>>> from datetime import UTC, datetime
>>> text = "Contact: mailto:s@host.example\nContact: https://host.example/report\nExpires: 2027-01-01T00:00:00Z"
>>> read_security_txt(text, datetime(2026, 11, 22, tzinfo=UTC))
('s@host.example', 'https://host.example/report')
>>> read_security_txt(text, datetime(2027, 11, 22, tzinfo=UTC))
()
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

_LINES_MAX: Final = 200
_CONTACTS_MAX: Final = 5
_FORM_CHARACTERS_MAX: Final = 300


def read_security_txt(text: str, moment: datetime) -> tuple[str, ...]:
    """Return how the operator wants to be told, in its order; nothing where it is out of date or says not when."""
    fields = [line.partition(":") for line in text.splitlines()[:_LINES_MAX] if not line.startswith("#")]
    named = [(name.strip().lower(), value.strip()) for name, colon, value in fields if colon]
    if not _is_in_date([value for name, value in named if name == "expires"], moment):
        return ()
    contacts = [value for name, value in named if name == "contact"]
    reached = (each.removeprefix("mailto:") for each in contacts if each.startswith(("mailto:", "https://")))
    return tuple(dict.fromkeys(each for each in reached if len(each) <= _FORM_CHARACTERS_MAX))[:_CONTACTS_MAX]


def _is_in_date(said: list[str], moment: datetime) -> bool:
    if len(said) != 1:
        return False
    try:
        expires = datetime.fromisoformat(said[0])
    except ValueError:
        return False
    return expires.tzinfo is not None and expires > moment
