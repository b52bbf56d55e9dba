r"""Which texts are a mailbox that a notice may go to. Pure.

Rules: plain ASCII, one `@`, a name with a dot behind it; no display name, no quotes, no comment, no route, no line
break, no IP literal, nothing that can only be inside a network; not ours, because mail to ourselves goes round for
ever; not under the site itself, because whoever runs the site may be who put it there.

>>> read_mailbox("Abuse@Host.example", ours="desk.example", site="files.example")
'abuse@host.example'
>>> read_mailbox("a@b.example\nBcc: c@d.example", ours="desk.example", site="files.example")
<Unfit.NO_MAILBOX: 'no-mailbox'>
>>> [read_mailbox(f"abuse@{name}", ours="desk.example", site="www.files.example").value
...     for name in ("desk.example", "files.example", "mail.local")]
['ours', 'of-the-site', 'inside']
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

_MAILBOX: Final = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9.-]+)")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_CHARACTERS_MAX: Final = 254
_LOCAL_MAX: Final = 64
_INSIDE: Final = frozenset(
    {"arpa", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain", "localhost", "onion"}
)


class Unfit(StrEnum):
    """Why a text is not one."""

    NO_MAILBOX = "no-mailbox"
    INSIDE = "inside"  # can only be inside a network
    OURS = "ours"
    OF_THE_SITE = "of-the-site"


def read_mailbox(text: str, *, ours: str, site: str) -> str | Unfit:
    """Return the mailbox in small letters, or why it is none."""
    written = text.strip(" ").lower()
    found = _MAILBOX.fullmatch(written)
    if found is None or len(written) > _CHARACTERS_MAX or written.index("@") > _LOCAL_MAX:
        return Unfit.NO_MAILBOX
    labels = found[1].split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        return Unfit.NO_MAILBOX
    if labels[-1] in _INSIDE:
        return Unfit.INSIDE
    if is_under(found[1], ours):
        return Unfit.OURS
    return Unfit.OF_THE_SITE if is_under(site, found[1]) or is_under(found[1], site) else written


def is_under(name: str, above: str) -> bool:
    """Whether a name is another one, or below it."""
    return bool(above) and (name == above or name.endswith(f".{above}"))
