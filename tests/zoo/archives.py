"""Archives that expand, nest, overlap, lie or end early."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile

from tests.zoo.building import MIB, deflated_zeros, small
from tests.zoo.registry import specimen_of


def _zip(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, method)
    return buffer.getvalue()


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _tar(entries: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for entry, data in entries:
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


@specimen_of
def gzip_of_1_gib_of_zeros():
    stream = deflated_zeros(1024 * MIB)[2:-4]
    return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + stream + struct.pack("<II", 0xD1E2E1C2, 0)


@specimen_of
def gzip_truncated():
    return _gzip(small("PNG", 256))[:-5000]


@specimen_of
def gzip_eight_deep():
    data = small("PNG")
    for _ in range(8):
        data = _gzip(data)
    return data


@specimen_of
def zip_in_zip_six_deep():
    data = _zip({"a.png": small("PNG")})
    for _ in range(6):
        data = _zip({"inner.zip": data, "a.png": small("PNG")})
    return data


@specimen_of
def zip_of_sixteen_bombs():
    bomb = _zip({"zeros": bytes(32 * MIB)})
    return _zip({f"{number}.zip": bomb for number in range(16)}, zipfile.ZIP_STORED)


@specimen_of
def zip_overlapping_entries():
    """One kernel of 8 MiB of zeros that 2000 directory entries all point to."""
    data = _zip({"a": bytes(8 * MIB)})
    at = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entries = 2000
    directory = data[at:end] * entries
    return data[:at] + directory + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, entries, entries, len(directory), at, 0)


@specimen_of
def zip_encrypted():
    data = bytearray(_zip({"a.png": small("PNG")}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@specimen_of
def zip_sizes_lie():
    data = bytearray(_zip({"a.png": small("PNG")}))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<II", data, at + 20, 0xFFFFFFF0, 0xFFFFFFF0)
    return bytes(data)


@specimen_of
def zip_names_that_climb():
    return _zip({"../../etc/passwd": small("PNG"), "/absolute.png": small("PNG"), "..\\up.png": small("PNG")})


@specimen_of
def zip_names_twice():
    return _zip({"a.png": small("PNG")})[:-22] * 2 + _zip({"a.png": small("PNG")})


@specimen_of
def zip_hundred_thousand_entries():
    data = _zip({"a": b"text"})
    at, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    directory = data[at:end] * 100_000
    return data[:at] + directory + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(directory), at, 0)


@specimen_of
def zip_truncated():
    data = _zip({f"{seed}.png": small("PNG", 64 + seed) for seed in range(5)})
    return data[: len(data) * 2 // 3]


@specimen_of
def zip_directory_elsewhere():
    data = bytearray(_zip({"a.png": small("PNG")}))
    struct.pack_into("<I", data, len(data) - 6, 0xFFFFFF00)
    struct.pack_into("<I", data, len(data) - 10, 0xFFFFFF00)
    return bytes(data)


@specimen_of
def zip_lzma_dictionary_of_4_gib():
    data = bytearray(_zip({"a.png": small("PNG")}, zipfile.ZIP_LZMA))
    at = 30 + len("a.png")
    struct.pack_into("<I", data, at + 5, 0xFFFFFFFF)
    return bytes(data)


@specimen_of
def tar_size_lies():
    data = bytearray(_tar([(tarfile.TarInfo("a.png"), small("PNG"))]))
    return bytes(_tar_resized(data, b"77777777777\0"))


@specimen_of
def tar_size_negative():
    return bytes(_tar_resized(bytearray(_tar([(tarfile.TarInfo("a.png"), small("PNG"))])), b"\xff" * 12))


def _tar_resized(data: bytearray, size: bytes) -> bytearray:
    data[124:136] = size
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    return data


@specimen_of
def tar_links_and_devices():
    entries = []
    for name, kind in (
        ("link", tarfile.SYMTYPE),
        ("hard", tarfile.LNKTYPE),
        ("null", tarfile.CHRTYPE),
        ("p", tarfile.FIFOTYPE),
    ):
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, "/etc/passwd"
        entries.append((entry, b""))
    return _tar([*entries, (tarfile.TarInfo("a.png"), small("PNG"))])


@specimen_of
def tar_truncated():
    data = _tar([(tarfile.TarInfo(f"{seed}.png"), small("PNG", 64 + seed)) for seed in range(5)])
    return data[: len(data) * 2 // 3]


@specimen_of
def tar_pax_header_of_digits():
    entry = tarfile.TarInfo("pax")
    entry.type = tarfile.XHDTYPE
    return _tar([(entry, b"1" * 900_000), (tarfile.TarInfo("a.png"), small("PNG"))])


@specimen_of
def tar_long_name_of_100_mib_claimed():
    entry = tarfile.TarInfo("././@LongLink")
    entry.type = tarfile.GNUTYPE_LONGNAME
    data = bytearray(_tar([(entry, b"n" * 600), (tarfile.TarInfo("a.png"), small("PNG"))]))
    return bytes(_tar_resized(data, b"00625000000\0"))
