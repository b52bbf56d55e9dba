"""What examining one file can end in.

States of an examination, all final; there is no exception among them, because a lost row is a lost child:

    hashed ........ every fingerprint that its type allows was made
    digested ...... digests made; its type is not one that is pictured (text, program, unknown)
    partial ....... some pictures, frames or members done; `reason` says what stopped the rest
    undecodable ... digests made; the decoder could not make a picture of it
    refused ....... digests made; a limit spoke before or while decoding
    unread ........ not opened or not read to the end (permission, vanished, no regular file)

Worked example: a PNG that claims 30000 x 30000 pixels is `refused` with reason `too-many-pixels`; its digests still
match a list exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutela.domain.signals import Digests, PictureHash


class MediaType(StrEnum):
    """Types told by content, never by file name. The value is the IANA media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    GIF = "image/gif"
    WEBP = "image/webp"
    BMP = "image/bmp"
    TIFF = "image/tiff"
    HEIC = "image/heic"
    AVIF = "image/avif"
    MP4 = "video/mp4"
    QUICKTIME = "video/quicktime"
    MATROSKA = "video/x-matroska"
    WEBM = "video/webm"
    AVI = "video/x-msvideo"
    ZIP = "application/zip"
    TAR = "application/x-tar"
    GZIP = "application/gzip"
    OTHER = "application/octet-stream"

    @property
    def kind(self) -> MediaKind:
        """The family that decides how the file is examined."""
        if self.value.startswith("image/"):
            return MediaKind.PICTURE
        if self.value.startswith("video/"):
            return MediaKind.VIDEO
        return MediaKind.OTHER if self is MediaType.OTHER else MediaKind.ARCHIVE


class MediaKind(StrEnum):
    """Families of media types."""

    PICTURE = "picture"
    VIDEO = "video"
    ARCHIVE = "archive"
    OTHER = "other"


class Verdict(StrEnum):
    """How the examination of one file ended (see the module's states)."""

    HASHED = "hashed"
    DIGESTED = "digested"
    PARTIAL = "partial"
    UNDECODABLE = "undecodable"
    REFUSED = "refused"
    UNREAD = "unread"


class Reason(StrEnum):
    """Why a verdict is less than `hashed`. Closed: a person can look each one up in docs/guide/scan.md."""

    NONE = ""
    # refused by a limit
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_MANY_SCANS = "too-many-scans"
    TOO_MANY_FRAMES = "too-many-frames"
    TOO_MANY_MEMBERS = "too-many-members"
    NESTED_TOO_DEEP = "nested-too-deep"
    EXPANDS_TOO_MUCH = "expands-too-much"
    TOO_LARGE = "too-large"
    TOO_SMALL = "too-small"
    OUT_OF_TIME = "out-of-time"
    OUT_OF_MEMORY = "out-of-memory"
    # the content
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    ENCRYPTED = "encrypted"
    UNSUPPORTED = "unsupported"
    DECODER_DIED = "decoder-died"
    DECODER_MISBEHAVED = "decoder-misbehaved"
    # the file system
    PERMISSION = "permission"
    VANISHED = "vanished"
    INPUT_OUTPUT = "input-output"
    CHANGED_WHILE_READ = "changed-while-read"
    SYMLINK = "symlink"
    NOT_REGULAR = "not-regular"
    OWN_REPORT = "own-report"


@dataclass(frozen=True, slots=True)
class Examination:
    """What the sandbox says of one run of bytes. The worker that says it is treated as hostile.

    Width and height are in pixels as stored (0 where unknown); `duration_ms` is for video. `detail` is one short plain
    sentence for a person; it never quotes content.
    """

    media_type: MediaType
    verdict: Verdict
    reason: Reason = Reason.NONE
    detail: str = ""
    width_px: int = 0
    height_px: int = 0
    duration_ms: int | None = None
    hashes: tuple[PictureHash, ...] = ()
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside an archive, examined. `path` is as bytes in the archive, nested archives joined by b'!/'."""

    path: bytes
    size_bytes: int
    digests: Digests | None
    examination: Examination


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Everything by which a file can be matched. `digests` is None only where the bytes could not be read."""

    size_bytes: int
    digests: Digests | None
    examination: Examination
