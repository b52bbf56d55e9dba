"""Identifiers: UUIDv7 (RFC 9562, section 5.7), one `NewType` a noun, so that a type checker sees a mix-up.

An id sorts by the moment it was made and tells nothing else: 48 bits of Unix milliseconds, version, variant and 74
random bits. This module is pure: the clock and the randomness are handed in (`engine.clock.new_id` does that).

>>> str(uuid7(0x017F22E279B0, bytes.fromhex("cc318c4dc0c0c07398f8")))
'017f22e2-79b0-7c31-8c4d-c0c0c07398f8'
"""

from __future__ import annotations

from typing import Final, NewType
from uuid import UUID

RANDOM_BYTES: Final = 10
_UNIX_MS_MAX: Final = (1 << 48) - 1
_VERSION_AND_VARIANT: Final = 0x7 << 76 | 0x2 << 62
_GIVEN: Final = ~(0xF << 76 | 0x3 << 62)

#### People and machines ####
OrganisationId = NewType("OrganisationId", UUID)
PersonId = NewType("PersonId", UUID)
TeamId = NewType("TeamId", UUID)
KeyId = NewType("KeyId", UUID)

#### Proof and work ####
LeafId = NewType("LeafId", UUID)
JobId = NewType("JobId", UUID)

#### The flow ####
ReportId = NewType("ReportId", UUID)
ItemId = NewType("ItemId", UUID)
CaseId = NewType("CaseId", UUID)
DecisionId = NewType("DecisionId", UUID)
TakedownId = NewType("TakedownId", UUID)
ConcernId = NewType("ConcernId", UUID)
ReferralId = NewType("ReferralId", UUID)


def uuid7(unix_ms: int, random: bytes) -> UUID:
    """Return the UUIDv7 of a moment (milliseconds since 1970, UTC) and ten random bytes.

    `ValueError` when the moment does not fit in 48 bits or the randomness is not ten bytes long.
    """
    if not 0 <= unix_ms <= _UNIX_MS_MAX:
        raise ValueError(f"unix_ms must fit in 48 bits, got {unix_ms}")
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"random must be {RANDOM_BYTES} bytes, got {len(random)}")
    return UUID(int=(unix_ms << 80 | int.from_bytes(random, "big")) & _GIVEN | _VERSION_AND_VARIANT)


def unix_ms_of(value: UUID) -> int:
    """Return the moment inside a UUIDv7, in milliseconds since 1970; `ValueError` for another version."""
    if value.version != 7:
        raise ValueError(f"not a UUIDv7: version {value.version}")
    return value.int >> 80
