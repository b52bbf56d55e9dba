r"""Tell a media type from the first bytes of a file: never from its name, and never trusting anything in them.

Pure and memory-safe: it indexes slices of what it is given, so it may run outside the sandbox. What it says only
chooses the decoder inside; a liar reaches a decoder that refuses it.

    4 KiB are enough: every magic number stands in the first 16 bytes, save tar's at 257 and Matroska's DocType.

>>> sniff(b"\x89PNG\r\n\x1a\n").value
'image/png'
>>> sniff(b"no media").value
'application/octet-stream'
"""

from __future__ import annotations

from typing import Final

from tutela.domain.media import MediaType

HEAD_BYTES: Final = 4096

_TAR_BLOCK: Final = 512
_TAR_CHECKSUM: Final = slice(148, 156)

_MAGIC: Final = (
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"GIF87a", MediaType.GIF),
    (b"GIF89a", MediaType.GIF),
    (b"II*\x00", MediaType.TIFF),
    (b"MM\x00*", MediaType.TIFF),
    (b"II+\x00", MediaType.TIFF),  # BigTIFF
    (b"MM\x00+", MediaType.TIFF),
    (b"PK\x03\x04", MediaType.ZIP),
    (b"PK\x05\x06", MediaType.ZIP),  # an empty archive is its own trailer
    (b"PK\x07\x08PK\x03\x04", MediaType.ZIP),  # first part of a split archive
    (b"\x1f\x8b\x08", MediaType.GZIP),
)

_RIFF: Final = {b"WEBP": MediaType.WEBP, b"AVI ": MediaType.AVI}
_BMP_HEADER_BYTES: Final = frozenset({12, 16, 40, 52, 56, 64, 108, 124})

# ISO base media: the major brand decides, then the compatible ones (ISO/IEC 23008-12, MIAF, AV1-ISOBMFF).
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_HEIF_GENERIC_BRANDS: Final = frozenset({b"mif1", b"mif2", b"msf1", b"miaf"})
_NO_MEDIA_OF_OURS_BRANDS: Final = frozenset({b"jp2 ", b"jpx ", b"jpm ", b"jxl ", b"crx "})
_QUICKTIME_ATOMS: Final = frozenset({b"moov", b"mdat", b"wide", b"pnot", b"skip", b"free"})

_EBML: Final = b"\x1a\x45\xdf\xa3"
_EBML_DOCTYPE: Final = b"\x42\x82"


def sniff(head: bytes) -> MediaType:
    """Return the type of a file that begins with `head` (4 KiB, less for a shorter file)."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], MediaType.OTHER)
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head.startswith(_EBML):
        return _by_doctype(head)
    return _by_structure(head)


def _by_structure(head: bytes) -> MediaType:
    """Judge files that have no magic number of their own, or a short one that other files begin with too."""
    if head[4:8] in _QUICKTIME_ATOMS:
        return MediaType.QUICKTIME
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_BYTES:
        return MediaType.BMP
    return MediaType.TAR if _is_tar(head) else MediaType.OTHER


def _by_brand(head: bytes) -> MediaType:
    size = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    brands = {major, *(head[at : at + 4] for at in range(16, size - 3, 4))}
    if major in _NO_MEDIA_OF_OURS_BRANDS:
        return MediaType.OTHER
    if major in _AVIF_BRANDS:
        return MediaType.AVIF
    if major in _HEIC_BRANDS:
        return MediaType.HEIC
    if major in _HEIF_GENERIC_BRANDS:
        return MediaType.AVIF if brands & _AVIF_BRANDS else MediaType.HEIC
    return MediaType.QUICKTIME if major == b"qt  " else MediaType.MP4


def _by_doctype(head: bytes) -> MediaType:
    at = head.find(_EBML_DOCTYPE)
    return MediaType.WEBM if at >= 0 and head[at + 3 : at + 7] == b"webm" else MediaType.MATROSKA


def _is_tar(head: bytes) -> bool:
    """Judge by the magic of POSIX and GNU tar, or by the header checksum, which old v7 archives have too."""
    if len(head) < _TAR_BLOCK:
        return False
    if head[257:262] == b"ustar":
        return True
    block = head[:_TAR_BLOCK]
    if not block[0]:
        return False
    digits = block[_TAR_CHECKSUM].strip(b" \x00")
    if not digits or digits.strip(b"01234567"):
        return False
    return int(digits, 8) == tar_checksum(block)


def tar_checksum(block: bytes) -> int:
    """Sum the 512 bytes of a tar header, its checksum field counted as spaces."""
    return sum(block) - sum(block[_TAR_CHECKSUM]) + 8 * ord(" ")
