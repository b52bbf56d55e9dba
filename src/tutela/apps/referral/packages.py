"""What a person hands to an authority that takes no calls: one text, signed, that says all of a draft.

A package is JSON in a signed note: its text ends with an empty line, and the signature stands below. Whoever has our
verifier key reads who made it and that nothing was changed. No media goes along: what an authority needs of that it
asks the keeper for, whom the package names.

>>> [line.decode() for line in text(_EXAMPLE).splitlines()][:2]
['tutela package v1', '{']
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tutela.apps.custody.public import signed_note
from tutela.apps.referral.drafts import Draft, Sender
from tutela.domain.reports import Reported

if TYPE_CHECKING:
    from tutela.domain.reports import Media

HEAD: Final = "tutela package v1"
_EXAMPLE: Final = Draft("a reference", Sender("Example", "desk@example.org"), Reported())


def text(draft: Draft) -> bytes:
    """Write what a package says."""
    plain: dict[str, Any] = msgspec.to_builtins(draft)
    plain["reported"]["media"] = [_digests(each) for each in draft.reported.media]
    del plain["reported"]["contact"], plain["reported"]["besides"]
    return f"{HEAD}\n{json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=True)}\n".encode("ascii")


def signed(draft: Draft) -> bytes:
    """Write a package with our signature."""
    return signed_note(text(draft))


def _digests(media: Media) -> dict[str, str]:
    known = {name: digest.hex() for name, digest in media.digests.items()}
    return {**known, **({"pdq": media.pdq.hex()} if media.pdq else {})}
