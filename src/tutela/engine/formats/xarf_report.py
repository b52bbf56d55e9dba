"""What a report in XARF version 4 says of child sexual abuse material, or of exploitation: values and closed words.

Words that the wire needs and we would not use stand here and nowhere else (law 12).

>>> Exploitation("sextortion")
<Exploitation.EXTORTION: 'sextortion'>
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from datetime import datetime

    from tutela.domain.reports import AgeBand, Said


class Classification(StrEnum):
    """What the material is, as a person or a list that counts said."""

    BASELINE = "baseline"
    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"


class Found(StrEnum):
    """How material was found."""

    HASH_MATCH = "hash_match"
    AI_DETECTION = "ai_detection"
    MANUAL_REVIEW = "manual_review"
    USER_REPORT = "user_report"
    AUTOMATED_SCAN = "automated_scan"


class MediaType(StrEnum):
    """What kind of material."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    TEXT = "text"
    MIXED = "mixed"


class Exploitation(StrEnum):
    """What is done."""

    GROOMING = "grooming"
    SOLICITATION = "solicitation"
    EXTORTION = "sextortion"
    TRAFFICKING = "trafficking"
    DISTRIBUTION = "distribution"
    PRODUCTION = "production"
    POSSESSION = "possession"


class Noticed(StrEnum):
    """How exploitation was noticed."""

    BEHAVIOURAL_ANALYSIS = "behavioral_analysis"
    KEYWORD_DETECTION = "keyword_detection"
    USER_REPORT = "user_report"
    AI_DETECTION = "ai_detection"
    MANUAL_REVIEW = "manual_review"
    LAW_ENFORCEMENT_REFERRAL = "law_enforcement_referral"


class Platform(StrEnum):
    """Where."""

    SOCIAL_MEDIA = "social_media"
    MESSAGING_APP = "messaging_app"
    GAMING_PLATFORM = "gaming_platform"
    FORUM = "forum"
    EMAIL = "email"
    DARKWEB = "darkweb"
    OTHER = "other"


class Told(StrEnum):
    """Who was told, or has to be."""

    NCMEC = "NCMEC"
    IWF = "IWF"
    LOCAL_LAW_ENFORCEMENT = "local_law_enforcement"
    EUROPOL = "europol"
    INTERPOL = "interpol"
    PLATFORM_SAFETY_TEAM = "platform_safety_team"
    OTHER = "other"


class Verified(StrEnum):
    """How it was made sure that it stands there."""

    MANUAL = "manual"
    AUTOMATED_CRAWLER = "automated_crawler"
    USER_REPORT = "user_report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Who reports, or who sends it. `domain`: by which the recipient can tell that it is they."""

    name: str
    email: str
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Material that stands there. `sha256` is raw, empty where none is told."""

    classification: Classification
    found: Found
    media_type: MediaType | None = None
    sha256: bytes = b""
    ncmec_report_id: str = ""
    is_removed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploited:
    """Exploitation that goes on there. Nothing about who does it: that is for the police."""

    exploitation: Exploitation
    noticed: Noticed
    age_band: AgeBand | None = None
    platform: Platform | None = None
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report. `source`: the address on the Internet, or the host, where it stands. Times carry a zone."""

    report_id: UUID
    seen_at: datetime
    reporter: Organisation
    sender: Organisation
    source: str
    address: str
    about: Material | Exploited
    source_port: int = 0
    asn: int = 0
    country: str = ""  # ISO 3166-1 in small letters
    hosting_provider: str = ""
    verified_at: datetime | None = None
    verified_by: Verified | None = None
    besides: tuple[Said, ...] = ()


def report_id_of(own: UUID) -> UUID:
    """Return the id of a report, made of ours: of the form of UUID 4, and the same whenever it is asked for.

    >>> report_id_of(UUID(int=1)).version, report_id_of(UUID(int=1)) == report_id_of(UUID(int=1))
    (4, True)
    """
    return UUID(bytes=hashlib.sha256(b"xarf\0" + own.bytes).digest()[:16], version=4)
