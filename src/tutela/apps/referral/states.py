"""`rules.Filing` and drafts as texts that are sealed in a column, and back."""

from __future__ import annotations

from typing import Final

import msgspec

from tutela.apps.referral import rules
from tutela.apps.referral.drafts import Draft

_FILING: Final = msgspec.json.Decoder(rules.Filing)
_DRAFT: Final = msgspec.json.Decoder(Draft)


def write(value: rules.Filing | Draft) -> str:
    """Write a value."""
    return msgspec.json.encode(value).decode()


def read(text: str) -> rules.Filing:
    """Read how a filing stands."""
    return _FILING.decode(text)


def read_draft(text: str) -> Draft:
    """Read what is filed."""
    return _DRAFT.decode(text)
